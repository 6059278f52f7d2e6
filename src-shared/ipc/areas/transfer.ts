import * as v from 'valibot';
import { method } from '../method.ts';

export const mailFormats = ['mbox', 'eml', 'maildir'] as const;
export type MailFormat = (typeof mailFormats)[number];

export interface ExportResult {
  transferId: string;
  /** What was written: a file, or a folder. Null when it was cancelled. */
  path: string | null;
  total: number;
  exported: number;
  /** Could not be had: which, and why. */
  missing: { messageId: string; subject: string; reason: string }[];
  /** Plain sentences: what was written, what is missing, what is not byte for byte the same. */
  sentences: string[];
}

export interface ImportResult {
  transferId: string;
  /** Messages that were found in what was read. */
  total: number;
  /** Are in the folder now. */
  imported: number;
  /** Are kept in the journal until their server can be reached. */
  waiting: number;
  /** Where in what was read, which, and why not. */
  refused: { where: string; subject: string; reason: string }[];
  sentences: string[];
}

export interface TransferView {
  transferId: string;
  kind: 'export' | 'import';
  accountId: string;
  folderId: string;
  folderName: string;
  format: MailFormat;
  path: string;
  /** `paused`: waits for the network, and goes on by itself. */
  state: 'running' | 'paused' | 'done' | 'cancelled' | 'failed';
  done: number;
  /** Null where only the end will tell. */
  total: number | null;
  /** Part of the whole that was gone through, 0 to 1. */
  share: number;
  /** How it ended, in plain sentences; empty while it runs. */
  sentences: string[];
}

const format = v.picklist(mailFormats);
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4_000));
const transferId = v.pipe(v.string(), v.regex(/^[a-z0-9]{1,60}$/));

/** Mail of whole folders out of Posthorn and into it. */
export const transferMethods = {
  'folder.export': method<ExportResult>()({
    params: v.object({ folderId: v.string(), path, format }),
    only: 'automation',
    doc: 'Writes every message of a folder to `path`: one mbox file (mboxrd, LF), a folder of .eml files (byte for byte), or a Maildir (byte for byte, with flags). Nothing that is there is overwritten: a file or folder with something in it is refused; mbox into an existing folder makes a file named as the mail folder. What is not cached is fetched, and not kept. It is written to `path`.part, which takes its name at the end. Resolves when it is done; progress comes by `transfer.changed`. After a kill it goes on at the next start; the same call then waits for it, or gives its result.',
    returns: '{transferId, path, total, exported, missing: [{messageId, subject, reason}], sentences}',
  }),
  'folder.import': method<ImportResult>()({
    params: v.object({
      folderId: v.string(),
      path,
      format,
      variant: v.optional(v.picklist(['mboxrd', 'mboxo', 'mboxcl', 'mboxcl2'])),
    }),
    only: 'automation',
    doc: 'Puts every message of an mbox file, of an .eml file or a folder of them, or of a Maildir into a folder, through the journal: none is lost, none comes twice, also after a kill; after an import that failed or was cancelled, what it brought (the same bytes, if still in the folder) is not put in again. Flags and dates are kept (mbox: the From_ line, Status fields; Maildir: the name, the time of the file; .eml: the time of the file where it fits the header). Lines end with CRLF afterwards where a server keeps the folder. `variant` of an mbox is found out without it (mboxcl by lengths that hold, else mboxrd). Resolves when all are in the folder, or wait in the journal because there is no network.',
    returns: '{transferId, total, imported, waiting, refused: [{where, subject, reason}], sentences}',
  }),
  'transfer.list': method<TransferView[]>()({
    params: v.optional(v.object({}), {}),
    doc: 'Exports and imports that run, and those that ended and were not dismissed.',
    returns:
      '[{transferId, kind, accountId, folderId, folderName, format, path, state, done, total, share, sentences}]',
  }),
  'transfer.cancel': method<object>()({
    params: v.object({ transferId }),
    doc: 'Stops an export or import. Of an export nothing stays; of an import what came in stays. One that has ended is dismissed from the list.',
    returns: '{}',
  }),
  'transfer.exportTo': method<{ transferId: string | null }>()({
    params: v.object({ folderId: v.string(), format }),
    only: 'window',
    doc: 'Asks the user for a place (where the system has no such dialog: the downloads folder) and starts an export there.',
    returns: '{transferId}; null when the user gave up',
  }),
  'transfer.receive': method<{ uploadId: string }>()({
    params: v.object({
      uploadId: v.optional(transferId),
      /** Of the file that these bytes are of; a new one when it changes. */
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000)),
      modified: v.number(),
      base64: v.string(),
    }),
    only: 'window',
    doc: 'Takes files piece by piece, in order, from a window that is to import them: a window never names a file of this computer.',
    returns: '{uploadId}',
  }),
  'transfer.dropReceived': method<object>()({
    params: v.object({ uploadId: transferId }),
    only: 'window',
    doc: 'Throws away what `transfer.receive` took: the user stopped it, or a file could not be read.',
    returns: '{}',
  }),
  'transfer.importReceived': method<{ transferId: string }>()({
    params: v.object({ uploadId: transferId, folderId: v.string(), format }),
    only: 'window',
    doc: 'Starts the import of what `transfer.receive` took.',
    returns: '{transferId}',
  }),
} as const;
