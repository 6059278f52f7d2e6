import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/error.ts';
import { diskFilename } from '../../../src-shared/text/safe-filename.ts';
import { downloadsDirectory } from '../../platform/save-file.ts';
import type { Shell } from '../../shell/shell.ts';
import type { FolderRegister } from '../../sync/folder-register.ts';
import { freeName } from '../../transfer/target.ts';
import type { Transfers } from '../../transfer/transfers.ts';
import type { Uploads } from '../../transfer/uploads.ts';
import type { Handlers } from '../serve.ts';

export type TransferHandlers = Pick<
  Handlers,
  Extract<keyof Handlers, 'folder.export' | 'folder.import' | `transfer.${string}`>
>;

/** Mail of whole folders out of Posthorn and into it. */
export function transferHandlers(ports: {
  transfers: Transfers;
  uploads: Uploads;
  register: FolderRegister;
  shell: Shell;
}): TransferHandlers {
  const { transfers, uploads, register, shell } = ports;
  return {
    'folder.export': async (wish) => await (await transfers.export(wish)).result(),
    'folder.import': async (wish) => await (await transfers.import(wish)).result(),
    'transfer.list': () => transfers.list(),
    'transfer.cancel': async ({ transferId }) => {
      await transfers.cancel(transferId);
      return {};
    },
    'transfer.exportTo': async ({ folderId, format }) => {
      const entry = register.get(folderId);
      if (entry === undefined)
        throw new AppError({
          code: 'not-found',
          scope: 'folder',
          next: 'tell-user',
          detail: 'That folder does not exist any more.',
        });
      const called = entry.role === 'inbox' ? 'Inbox' : entry.name;
      const name = `${diskFilename(called, 'mail')}${format === 'mbox' ? '.mbox' : ''}`;
      const chosen = await shell.askSavePath(name);
      if (chosen === null) return { transferId: null };
      const path = chosen ?? (await freeName(join(downloadsDirectory(), name)));
      const { transferId } = await transfers.export({ folderId, path, format, anew: true });
      return { transferId };
    },
    'transfer.receive': async ({ uploadId, name, modified, base64 }) => ({
      uploadId: await uploads.receive({ uploadId, name, modified, bytes: Buffer.from(base64, 'base64') }),
    }),
    'transfer.dropReceived': async ({ uploadId }) => {
      await uploads.drop(uploadId);
      return {};
    },
    'transfer.importReceived': async ({ uploadId, folderId, format }) => {
      const path = await uploads.take(uploadId);
      try {
        const { transferId } = await transfers.import({ folderId, path, format, received: true });
        return { transferId };
      } catch (error) {
        // Nothing was begun that would throw it away at its end.
        await rm(path, { recursive: true, force: true });
        throw error;
      }
    },
  };
}
