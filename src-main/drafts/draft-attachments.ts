import { basename } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import type { DraftSave } from '../../src-shared/ipc/areas/sending.ts';
import { contentTypeOf } from '../mime/compose/content-type.ts';
import { readFileIfThere } from '../platform/atomic-file.ts';
import type { Blobs } from '../platform/blobs.ts';
import { newId } from '../platform/ids.ts';
import type { StoredAttachment } from './stored-draft.ts';

type AttachmentInput = NonNullable<DraftSave['attachments']>[number];

export interface AttachmentPorts {
  blobs: Blobs;
  /** The exact bytes of a message. */
  rawOf(messageId: string): Promise<Uint8Array>;
  partOf(
    messageId: string,
    partId: string,
  ): Promise<{ bytes: Uint8Array; filename: string; contentType: string }>;
  subjectOf(messageId: string): Promise<string>;
}

/** Takes attachments in: their bytes are durable blobs when it resolves. @throws AppError naming what cannot be had */
export async function takeAttachments(
  inputs: readonly AttachmentInput[],
  kept: readonly StoredAttachment[],
  ports: AttachmentPorts,
): Promise<StoredAttachment[]> {
  const out: StoredAttachment[] = [];
  for (const input of inputs) out.push(await takeOne(input, kept, ports));
  return out;
}

async function takeOne(
  input: AttachmentInput,
  kept: readonly StoredAttachment[],
  ports: AttachmentPorts,
): Promise<StoredAttachment> {
  if ('attachmentId' in input) {
    const known = kept.find((attachment) => attachment.attachmentId === input.attachmentId);
    if (known === undefined) throw gone(`There is no attachment “${input.attachmentId}” with this draft.`);
    return known;
  }
  if ('base64' in input) {
    return await keep(
      Buffer.from(input.base64, 'base64'),
      input.filename,
      input.contentType,
      input.contentId ?? null,
      ports,
    );
  }
  if ('file' in input) {
    const bytes = await readFileIfThere(input.file).catch(() => null);
    if (bytes === null) throw gone(`The file ${basename(input.file)} cannot be read; it was not attached.`);
    return await keep(bytes, input.filename ?? basename(input.file), input.contentType, null, ports);
  }
  if ('partId' in input) {
    const part = await ports.partOf(input.messageId, input.partId);
    return await keep(part.bytes, input.filename ?? part.filename, part.contentType, null, ports);
  }
  const bytes = await ports.rawOf(input.messageId);
  const subject = (await ports.subjectOf(input.messageId))
    .replace(/[\p{Cc}/\\:*?"<>|]+/gu, ' ')
    .trim()
    .slice(0, 80);
  return await keep(
    bytes,
    input.filename ?? `${subject === '' ? 'message' : subject}.eml`,
    'message/rfc822',
    null,
    ports,
  );
}

async function keep(
  bytes: Uint8Array,
  filename: string,
  contentType: string | undefined,
  contentId: string | null,
  { blobs }: AttachmentPorts,
): Promise<StoredAttachment> {
  return {
    attachmentId: newId('t'),
    filename,
    contentType: contentType ?? contentTypeOf(filename),
    size: bytes.length,
    contentId: contentId?.replace(/^<|>$/g, '') ?? null,
    blob: await blobs.put(bytes),
  };
}

function gone(detail: string): AppError {
  return new AppError({ code: 'not-found', scope: 'message', next: 'tell-user', detail });
}
