import { stat, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { MimeReader } from '../mime/mime-reader.ts';

/** Larger files are no mail that anybody wants to look at; a disk image named .eml must not fill the memory. */
const mostBytes = 100 * 1024 * 1024;
const kept = 20;

/**
 * .eml files that the program was started with: read and shown like a message, kept nowhere. A window only learns an
 * id, so it can name no other file.
 */
export interface OpenedFiles {
  /** An id that stands for the file while the program runs. */
  open(path: string): string;
  has(messageId: string): boolean;
  /** @throws AppError when the file cannot be read */
  bytes(messageId: string): Promise<Buffer>;
  row(messageId: string): Promise<MessageRow>;
}

export function createOpenedFiles(reader: MimeReader): OpenedFiles {
  const paths = new Map<string, string>();
  let next = 1;

  async function bytes(messageId: string): Promise<Buffer> {
    const path = paths.get(messageId);
    if (path === undefined) throw unreadable('', 'it was opened too long ago');
    try {
      const { size } = await stat(path);
      if (size > mostBytes) throw unreadable(path, 'it is too large for a message');
      return await readFile(path);
    } catch (error) {
      throw error instanceof AppError
        ? error
        : unreadable(path, 'it is not there, or must not be read', error);
    }
  }

  return {
    open(path) {
      const messageId = `file-${next}`;
      next += 1;
      paths.set(messageId, resolve(path));
      for (const old of paths.keys()) if (paths.size > kept) paths.delete(old);
      return messageId;
    },
    has: (messageId) => paths.has(messageId),
    bytes,
    async row(messageId) {
      const raw = await bytes(messageId);
      const mail = await reader.read(raw);
      const { mtime } = await stat(paths.get(messageId) ?? '');
      return {
        messageId,
        folderId: '',
        accountId: '',
        threadId: '',
        subject: mail.subject,
        from: mail.from,
        to: mail.to,
        date: mail.date ?? mtime.toISOString(),
        sentAt: mail.date,
        size: raw.length,
        flags: ['\\Seen'],
        hasAttachments: mail.hasAttachments,
        messageIdHeader: mail.messageId,
        preview: mail.preview,
        readableOffline: true,
        pending: null,
      };
    },
  };
}

function unreadable(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: 'not-found',
      scope: 'message',
      next: 'tell-user',
      detail: `The file “${basename(path)}” cannot be shown: ${why}.`,
    },
    cause,
  );
}
