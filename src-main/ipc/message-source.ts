import { AppError } from '../../src-shared/error.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { MimeReader } from '../mime/mime-reader.ts';
import { awayOf } from '../sync/away.ts';
import type { Engines } from '../sync/engines.ts';
import type { FolderRegister } from '../sync/folder-register.ts';
import type { OpenedFiles } from './opened-files.ts';
import { createPartsFirst, type PartsFirst } from './parts-first.ts';
import { createWholeMessage, type WholeMessage } from './whole-message.ts';

/** A message by its id, wherever it lies: in a folder, or in a file that the program was started with. */
export interface MessageSource {
  /** @throws AppError `not-found` */
  rowOf(messageId: string): Promise<MessageRow>;
  /** Fetched when it is not here. @throws AppError `not-cached` and others */
  bytesOf(row: MessageRow): Promise<Buffer>;
  /** What is shown of it: as `bytesOf`, but a message that was sent in pieces as one, when all of them are here. */
  shownOf(row: MessageRow): Promise<WholeMessage>;
  /** A large message that is not here, with its text first. Null: all of it is to be asked for. */
  partsFirst(row: MessageRow): Promise<PartsFirst | null>;
  /** A part that waits there, as a message of its own. Null: all of it is to be asked for. */
  partAlone(row: MessageRow, partId: string): Promise<Buffer | null>;
}

export function createMessageSource(ports: {
  cache: CachePort;
  engines: Engines;
  register: FolderRegister;
  opened: OpenedFiles;
  reader: Pick<MimeReader, 'read'>;
}): MessageSource {
  const { cache, engines, register, opened } = ports;
  const wholeOf = createWholeMessage(ports);
  const partsFirst = createPartsFirst(ports);
  const source: MessageSource = {
    async rowOf(messageId) {
      if (opened.has(messageId)) return await opened.row(messageId);
      const [row] = await cache.call('rows', { messageIds: [messageId] });
      if (row == null)
        throw (
          awayOf(messageId, register, (accountId) => engines.get(accountId)?.away() ?? null) ??
          new AppError({
            code: 'not-found',
            scope: 'message',
            next: 'tell-user',
            detail: 'That message is not here any more.',
          })
        );
      return row;
    },
    async bytesOf(row) {
      if (opened.has(row.messageId)) return await opened.bytes(row.messageId);
      const engine = engines.get(row.accountId);
      if (engine === undefined)
        throw new AppError({
          code: 'not-found',
          scope: 'account',
          next: 'tell-user',
          detail: 'The account of that message is gone.',
        });
      return await engine.raw(row.messageId);
    },
    partsFirst: async (row) => (opened.has(row.messageId) ? null : await partsFirst(row)),
    partAlone: async (row, partId) =>
      (await engines.get(row.accountId)?.partAlone(row.messageId, partId)) ?? null,
    shownOf: async (row) => await wholeOf(row, await source.bytesOf(row)),
  };
  return source;
}
