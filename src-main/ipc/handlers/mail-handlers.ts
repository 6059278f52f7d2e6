import { AppError, publicError } from '../../../src-shared/error.ts';
import type { FullMessage, MessageContext } from '../../../src-shared/ipc/areas/mail.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { MimeReader } from '../../mime/mime-reader.ts';
import { readMessage, withPictures } from '../../mime/read-message.ts';
import type { RemoteImages } from '../../mime/remote-images.ts';
import type { Sanitiser } from '../../mime/sanitiser.ts';
import { readFileIfThere } from '../../platform/atomic-file.ts';
import { saveToFile } from '../../platform/save-file.ts';
import type { Engines } from '../../sync/engines.ts';
import { offline } from '../../sync/session.ts';
import type { FolderVerbs } from '../../sync/folder-verbs.ts';
import type { FolderRegister } from '../../sync/folder-register.ts';
import type { Undo } from '../../sync/undo.ts';
import type { Verbs } from '../../sync/verbs.ts';
import type { MessageSource } from '../message-source.ts';
import type { Handlers } from '../serve.ts';
import type { AttachmentHandlers } from './attachment-handlers.ts';
import { folderView } from '../folder-view.ts';
import { createMessageList } from './message-list.ts';
import { headOf } from '../head-of-mail.ts';
import { markWaiting } from '../parts-first.ts';

export interface MailHandlerPorts {
  accounts: Accounts;
  cache: CachePort;
  engines: Engines;
  register: FolderRegister;
  verbs: Verbs;
  folders: FolderVerbs;
  undo: Undo;
  reader: MimeReader;
  sanitiser: Sanitiser;
  remoteImages: RemoteImages;
  /** False: the user keeps the whole program off the network. */
  online(): boolean;
  /** What waits outside the journal and goes to the servers with a sync: drafts' copies, mails that are due. */
  beforeSync(accountIds: readonly string[]): Promise<void>;
  /** What the servers told is taken in where it speaks of mails of ours. */
  afterSync(accountIds: readonly string[]): Promise<void>;
  source: MessageSource;
  /** What else is known here about a message. */
  contextOf(row: MessageRow, mail: ReadMail): Promise<MessageContext>;
}

type MailMethods = Extract<
  keyof Handlers,
  `folder.${string}` | `sync.${string}` | `message.${string}` | `thread.${string}` | 'mime.inspect'
>;
export type MailHandlers = Pick<
  Handlers,
  Exclude<
    MailMethods,
    | keyof AttachmentHandlers
    | 'folder.export'
    | 'folder.import'
    | 'message.send'
    | 'message.reportsFor'
    | 'message.reportsIn'
    | 'message.trust'
    | 'message.checkSender'
    | 'message.unsubscribe'
    | 'message.answerInvitation'
    | 'message.answerReceipt'
  >
>;

export function mailHandlers(ports: MailHandlerPorts): MailHandlers {
  const { accounts, cache, engines, register, verbs, folders, undo, reader, sanitiser, remoteImages } = ports;
  const { rowOf, bytesOf, shownOf, partsFirst } = ports.source;
  const away = (accountId: string): AppError | null => engines.get(accountId)?.away() ?? null;
  const listMessages = createMessageList({
    cache,
    engines,
    accountOf: (accountId) => accounts.need(accountId),
  });

  async function give(
    bytes: Uint8Array,
    toFile: string | undefined,
  ): Promise<{ base64: string } | { file: string }> {
    if (toFile === undefined) return { base64: Buffer.from(bytes).toString('base64') };
    await saveToFile(toFile, bytes);
    return { file: toFile };
  }

  return {
    'folder.list': async ({ accountId }) => {
      accounts.need(accountId);
      // A folder whose deletion waits is shown by the window with its mark; for everyone else it is gone.
      const failures = engines.get(accountId)?.state().failures;
      return (await cache.call('folders', { accountId }))
        .filter((folder) => folder.pending !== 'delete')
        .map((folder) => ({
          ...folderView(folder, failures),
          bodies: register.get(folder.folderId)?.bodies ?? 'account',
        }));
    },
    'folder.create': async ({ accountId, path }) => {
      accounts.need(accountId);
      const notNow = away(accountId);
      if (notNow !== null) throw notNow;
      return { folderId: await folders.create(accountId, path) };
    },
    'folder.rename': async ({ folderId, path }) => {
      await folders.rename(folderId, path);
      return {};
    },
    'folder.delete': async ({ folderId }) => {
      await folders.delete(folderId);
      return {};
    },
    'folder.update': async ({ folderId, subscribed, policy }) => {
      if (subscribed !== undefined) await folders.subscribe(folderId, subscribed);
      if (policy !== undefined) {
        if (register.get(folderId) === undefined) throw noFolder();
        register.change(folderId, { bodies: policy.bodies });
        await register.save();
        engines.get(register.get(folderId)?.accountId ?? '')?.look(folderId);
      }
      return {};
    },
    'folder.empty': async ({ folderId }) => {
      const entry = register.get(folderId);
      if (entry === undefined) throw noFolder();
      if (entry.role !== 'trash' && entry.role !== 'junk') {
        throw new AppError({
          code: 'refused',
          scope: 'folder',
          next: 'tell-user',
          detail: `Only Trash and Junk can be emptied; “${entry.name}” was left as it is.`,
        });
      }
      const messageIds = await cache.call('idsOf', {
        view: { folderIds: [folderId], threaded: false, sort: 'date-desc' },
      });
      return { opIds: messageIds.length === 0 ? [] : await verbs.delete(messageIds, true) };
    },
    'folder.purge': async ({ folderId }) => ({ opIds: await folders.purge(folderId) }),
    'sync.run': async ({ accountId, folderId, bodies }) => {
      const ofFolder = folderId === undefined ? undefined : register.get(folderId);
      if (folderId !== undefined && ofFolder === undefined) throw noFolder();
      const one = accountId ?? ofFolder?.accountId;
      if (one !== undefined) accounts.need(one);
      const wanted = one === undefined ? accounts.list().map((account) => account.accountId) : [one];
      await ports.beforeSync(wanted);
      const reports = await engines.sync(wanted, {
        ...(folderId === undefined ? {} : { folderId }),
        bodies: bodies ?? 'policy',
      });
      await ports.afterSync(wanted);
      return { accounts: reports.map((report) => ({ ...report, errors: report.errors.map(publicError) })) };
    },
    'message.list': async (params) => {
      const entry = register.get(params.folderId);
      if (entry === undefined) throw noFolder();
      return await listMessages(entry, params);
    },
    'message.get': async ({ messageId }): Promise<FullMessage> => {
      const row = await rowOf(messageId);
      const first = await partsFirst(row);
      const { bytes, sentence } =
        first === null ? await shownOf(row) : { bytes: first.bytes, sentence: null };
      const { content, mail } = await readMessage(bytes, reader, sanitiser);
      if (first !== null) markWaiting(content, first);
      if (sentence !== null) content.defects = withPieces(content.defects, sentence);
      const context = await ports.contextOf(row, mail);
      // Fetching it may just have made it readable offline, and given its first words.
      return {
        ...((await cache.call('rows', { messageIds: [messageId] }))[0] ?? row),
        ...headOf(mail),
        ...content,
        ...context,
      };
    },
    'message.source': async ({ messageId, toFile }) => give(await bytesOf(await rowOf(messageId)), toFile),
    'message.loadRemote': async ({ messageId }) => {
      if (!ports.online()) throw offline();
      const row = await rowOf(messageId);
      const { bytes } = (await partsFirst(row)) ?? (await shownOf(row));
      const shown = await readMessage(bytes, reader, sanitiser);
      const { tokens, failed } = await remoteImages.load(shown.remoteUrls);
      const { html, sections } = await withPictures(shown.mail, sanitiser, tokens);
      return { html: html ?? '', sections, shown: Object.keys(tokens).length, failed };
    },
    'message.setFlags': async ({ messageIds, add, remove }) => ({
      opIds: await verbs.setFlags(messageIds, add ?? [], remove ?? []),
    }),
    'message.move': async ({ messageIds, folderId }) => ({ opIds: await verbs.move(messageIds, folderId) }),
    'message.copy': async ({ messageIds, folderId }) => verbs.copy(messageIds, folderId),
    'message.delete': async ({ messageIds, permanent }) => ({
      opIds: await verbs.delete(messageIds, permanent ?? false),
    }),
    'message.archive': async ({ messageIds }) => ({ opIds: await verbs.archive(messageIds) }),
    'message.markJunk': async ({ messageIds, junk }) => ({ opIds: await verbs.markJunk(messageIds, junk) }),
    'message.undo': async ({ opIds }) => ({ undone: await undo.undo(opIds) }),
    'thread.get': ({ threadId, messageId }) =>
      cache.call('thread', { threadId, ...(messageId === undefined ? {} : { messageId }) }),
    'mime.inspect': async (source) => {
      const bytes =
        'file' in source ? await readFileIfThere(source.file) : Buffer.from(source.base64, 'base64');
      if (bytes === null)
        throw new AppError({
          code: 'not-found',
          scope: 'app',
          next: 'tell-user',
          detail: 'There is no such file.',
        });
      const { content, mail } = await readMessage(bytes, reader, sanitiser);
      return {
        ...content,
        subject: mail.subject,
        from: mail.from,
        to: mail.to,
        date: mail.date,
        messageIdHeader: mail.messageId,
      };
    },
  };
}

function noFolder(): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'folder',
    next: 'tell-user',
    detail: 'There is no such folder.',
  });
}

/** What is known of the pieces takes the place of what one of them says by itself. */
function withPieces(defects: FullMessage['defects'], detail: string): FullMessage['defects'] {
  return [{ code: 'partial', detail }, ...defects.filter(({ code }) => code !== 'partial')];
}
