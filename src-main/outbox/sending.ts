import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import type { OutboxItem } from '../../src-shared/ipc/areas/sending.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import { submitMail } from '../backends/smtp/submit-mail.ts';
import type { MailNetwork } from '../backends/socket/open-stream.ts';
import type { CachePort } from '../cache/cache-port.ts';
import { createDraftCopies } from '../drafts/draft-copies.ts';
import { openDraftStore } from '../drafts/draft-store.ts';
import { createDrafts, type Drafts } from '../drafts/drafts.ts';
import type { Journal } from '../journal/journal.ts';
import type { MimeReader } from '../mime/mime-reader.ts';
import type { Sanitiser } from '../mime/sanitiser.ts';
import { readFileIfThere } from '../platform/atomic-file.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { Log } from '../platform/log.ts';
import type { FolderVerbs } from '../sync/folder-verbs.ts';
import type { Submit } from '../sync/submit.ts';
import type { Verbs } from '../sync/verbs.ts';
import { createFiling } from './filing.ts';
import type { StoredItem } from './outbox-item.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { openOutboxStore } from './outbox-store.ts';
import { createSender, type SendOutcome } from './sender.ts';

/** Changes are gathered for this long before windows hear of them. */
const gather = 80;

export interface SendingPorts {
  paths: { outbox: string; drafts: string; journal: string };
  onDamage(path: string, kept: string): void;
  accountOf(accountId: string): AccountSettings | undefined;
  /** Undefined: none is kept. @throws AppError `locked` */
  credentials(accountId: string): Promise<{ password: string | undefined; token: string | undefined }>;
  online(): boolean;
  network: MailNetwork;
  journal: Journal;
  cache: CachePort;
  blobs: Blobs;
  submit: Submit;
  folders: FolderVerbs;
  verbs: Verbs;
  reader: MimeReader;
  sanitiser: Sanitiser;
  rawOf(messageId: string): Promise<Uint8Array>;
  clock: Clock;
  crash: CrashControl;
  log: Log;
  onWire(line: string): void;
  onChange(items: OutboxItem[]): void;
}

/** Everything between the composer and the wire, joined. */
export interface Sending {
  drafts: Drafts;
  outbox: Outbox;
  /** Sweeps what no draft, waiting mail or change needs any more, and sends what is due. */
  start(): Promise<void>;
  /** The network seems to be there. */
  online(): void;
  /** The account's password or servers changed, or the user wants it tried. */
  release(accountId: string): void;
  /** What a sync is to bring to the servers too: drafts' copies, mails that are due. */
  flush(accountIds: readonly string[]): Promise<void>;
  forget(accountId: string): Promise<void>;
  stop(): Promise<void>;
}

/** What a damaged file speaks of is kept as long as the file: whoever mends it finds the bytes. */
async function namedInDamagedFiles(paths: SendingPorts['paths']): Promise<string[]> {
  const files = [`${paths.outbox}.bad`, `${paths.journal}.bad`];
  for (const name of await readdir(paths.drafts))
    if (name.endsWith('.bad')) files.push(join(paths.drafts, name));
  const named: string[] = [];
  for (const file of files) {
    const text = (await readFileIfThere(file))?.toString('latin1') ?? '';
    named.push(...(text.match(/\b[0-9a-f]{64}\b/g) ?? []));
  }
  return named;
}

export async function openSending(ports: SendingPorts): Promise<Sending> {
  const { blobs, cache, clock, crash, journal, log, submit, folders, verbs, reader, accountOf } = ports;
  const store = await openDraftStore(ports.paths.drafts, ports.onDamage);
  const outboxStore = await openOutboxStore(ports.paths.outbox);
  if (outboxStore.damaged > 0) ports.onDamage(ports.paths.outbox, `${ports.paths.outbox}.bad`);

  function needAccount(accountId: string): AccountSettings {
    const account = accountOf(accountId);
    if (account === undefined)
      throw new AppError({
        code: 'not-found',
        scope: 'account',
        next: 'tell-user',
        detail: 'There is no such account.',
      });
    return account;
  }

  const drafts = createDrafts({
    store,
    copies: createDraftCopies({ store, submit, folders, journal, cache, blobs, clock, accountOf }),
    blobs,
    clock,
    crash,
    needAccount,
    rowOf: async (messageId) => (await cache.call('rows', { messageIds: [messageId] }))[0] ?? null,
    rawOf: ports.rawOf,
    read: (bytes) => reader.read(bytes),
    part: (bytes, partId) => reader.part(bytes, partId),
    cleanHtml: async (html) => (await ports.sanitiser.clean(html))?.html ?? null,
    log,
  });

  async function overTheWire(
    item: StoredItem,
    recipients: readonly string[],
    hooks: { beforeFinalDot(): Promise<void>; afterFinalDot(): void },
    signal: AbortSignal,
  ): Promise<SendOutcome> {
    const server = needAccount(item.accountId).outgoing;
    if (server === null)
      throw new AppError({
        code: 'refused',
        scope: 'account',
        next: 'tell-user',
        detail: 'The account has no server for sending any more. The message is kept.',
      });
    const bytes = await blobs.get(item.blob);
    if (bytes === null)
      throw new AppError({
        code: 'bug',
        scope: 'message',
        next: 'tell-user',
        detail:
          'The file that held this message is gone or damaged; it could not be sent. Take it back and send it again.',
      });
    const credentials = server.username === undefined ? {} : await ports.credentials(item.accountId);
    return await submitMail(
      { from: item.from, recipients, bytes, needsUtf8: item.needsUtf8, needs8Bit: item.needs8Bit },
      {
        server,
        credentials,
        network: ports.network,
        clock,
        signal,
        onWire: ports.onWire,
        ...hooks,
      },
    );
  }

  const file = createFiling({ outbox: outboxStore, submit, folders, verbs, journal, crash, accountOf, log });
  const sender = createSender({
    outbox: outboxStore,
    clock,
    crash,
    online: ports.online,
    submit: overTheWire,
    file,
    log,
  });
  const outbox = createOutbox({
    store: outboxStore,
    drafts,
    sender,
    file,
    blobs,
    clock,
    crash,
    needAccount,
    log,
  });

  /** A provider that files sent mail by itself answers the question of an unknown sending: it lies in Sent. */
  async function lookForUnknown(accountIds: readonly string[]): Promise<void> {
    for (const { accountId, outboxId, messageIdHeader } of outbox
      .list(false)
      .filter((item) => item.state === 'unknown')) {
      // A copy filed when some had it says nothing about the others.
      if (!accountIds.includes(accountId) || outboxStore.get(outboxId)?.filed !== false) continue;
      const sentFolders = (await cache.call('folders', { accountId })).filter(
        (folder) => folder.role === 'sent',
      );
      const rows = await cache.call('byMessageIdHeader', { accountId, messageIdHeader });
      const there = rows.some((row) => sentFolders.some((folder) => folder.folderId === row.folderId));
      if (there && outboxStore.get(outboxId)?.state === 'unknown') await outbox.resolve(outboxId, 'sent');
    }
  }

  let telling = false;
  outboxStore.onChange(() => {
    if (telling) return;
    telling = true;
    clock.setTimeout(() => {
      telling = false;
      ports.onChange(outbox.list(false));
    }, gather);
  });

  return {
    drafts,
    outbox,
    async start() {
      const needed = new Set([
        ...drafts.blobs(),
        ...outbox.blobs(),
        ...journal.ops().flatMap((op) => (op.action.kind === 'append' ? [op.action.blob] : [])),
        ...(await namedInDamagedFiles(ports.paths)),
      ]);
      await blobs.sweep((sha256) => needed.has(sha256));
      await drafts.start();
      await outbox.start();
    },
    online: () =>
      void sender
        .online()
        .catch((error: unknown) => log('warn', 'what waited for the network waits on', { error })),
    release: (accountId) => sender.release(accountId),
    async flush(accountIds) {
      await lookForUnknown(accountIds);
      for (const accountId of accountIds) await drafts.flush(accountId);
      await sender.drain(accountIds);
    },
    async forget(accountId) {
      await outbox.forget(accountId);
      await drafts.forget(accountId);
    },
    async stop() {
      await drafts.flush();
      drafts.stop();
      await outbox.stop();
      await outboxStore.close();
    },
  };
}
