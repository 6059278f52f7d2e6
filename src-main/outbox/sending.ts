import { AppError } from '../../src-shared/error.ts';
import type { OutboxItem } from '../../src-shared/ipc/areas/sending.ts';
import type { MessageContext } from '../../src-shared/ipc/areas/mail.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { MailNetwork } from '../backends/socket/open-stream.ts';
import type { Credentials } from '../backends/socket/server-stream.ts';
import type { CachePort } from '../cache/cache-port.ts';
import { createDraftCopies } from '../drafts/draft-copies.ts';
import { openDraftStore } from '../drafts/draft-store.ts';
import { createDrafts, type Drafts } from '../drafts/drafts.ts';
import type { Journal } from '../journal/journal.ts';
import type { MimeReader } from '../mime/mime-reader.ts';
import type { Sanitiser } from '../mime/sanitiser.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { Log } from '../platform/log.ts';
import type { FolderVerbs } from '../sync/folder-verbs.ts';
import type { Submit } from '../sync/submit.ts';
import type { Verbs } from '../sync/verbs.ts';
import type { Answers } from './answers/answers.ts';
import { openAnswers } from './answers/open-answers.ts';
import { namedInDamagedFiles } from './damaged-files.ts';
import { createFiling } from './filing.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { openOutboxStore } from './outbox-store.ts';
import { overTheWire } from './over-the-wire.ts';
import { retryFullMailboxes } from './quota-retry.ts';
import { createReportQueries, type ReportQueries } from './reports/report-queries.ts';
import { openReportStore } from './reports/report-store.ts';
import { createReports } from './reports/reports.ts';
import { createSender } from './sender.ts';
import { resolveFromSent } from './unknown.ts';

/** Changes are gathered for this long before windows hear of them. */
const gather = 80;

export interface SendingPorts {
  paths: { outbox: string; drafts: string; journal: string; reports: string; answers: string };
  onDamage(path: string, kept: string): void;
  accountOf(accountId: string): AccountSettings | undefined;
  /** Undefined: none is kept. @throws AppError `locked` */
  credentials(accountId: string): Promise<Credentials>;
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
  /** Something waits in the journal for this account's server. */
  kick(accountId: string): void;
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
  /** New rows in the cache. */
  arrived(rows: readonly Pick<MessageRow, 'messageId' | 'from' | 'subject'>[]): void;
  /** Everything of these accounts was asked for: what it says about mails of ours is taken in. Never rejects. */
  synced(accountIds: readonly string[]): Promise<void>;
  queries: ReportQueries;
  answers: Answers;
  /** What is known here about a message besides what it says itself. */
  contextOf(row: MessageRow, mail: ReadMail): Promise<MessageContext>;
  forget(accountId: string): Promise<void>;
  stop(): Promise<void>;
}

export async function openSending(ports: SendingPorts): Promise<Sending> {
  const { blobs, cache, clock, crash, journal, log, submit, folders, verbs, reader, accountOf } = ports;
  const store = await openDraftStore(ports.paths.drafts, ports.onDamage);
  const outboxStore = await openOutboxStore(ports.paths.outbox);
  const reportStore = await openReportStore(ports.paths.reports, clock.now());
  if (reportStore.damaged > 0) ports.onDamage(ports.paths.reports, `${ports.paths.reports}.bad`);
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

  const filing = createFiling({
    outbox: outboxStore,
    cache,
    clock,
    submit,
    folders,
    verbs,
    journal,
    crash,
    accountOf,
  });
  const reports = createReports({
    store: reportStore,
    outbox: outboxStore,
    cache,
    rawOf: ports.rawOf,
    read: (bytes) => reader.read(bytes),
    part: (bytes, partId) => reader.part(bytes, partId),
    onReport: () => tell(),
    log,
  });
  const sender = createSender({
    outbox: outboxStore,
    clock,
    crash,
    online: ports.online,
    submit: overTheWire({ ...ports, needAccount }),
    file: (item) => filing.file(item),
    fileAgainAt: (accountId) => filing.nextLook(accountId),
    log,
  });
  const outbox = createOutbox({
    store: outboxStore,
    drafts,
    sender,
    file: (item) => filing.file(item),
    reportsOf: (messageIdHeader) => reports.of(messageIdHeader),
    beforeForgetting: () => reports.note(),
    onMachineTakenBack: (machine) => answers.takenBack(machine),
    blobs,
    clock,
    crash,
    needAccount,
    log,
  });
  const { answers, forgetAnswers } = await openAnswers({ ...ports, path: ports.paths.answers, outbox });
  const fullMailboxes = retryFullMailboxes({ journal, cache, clock, kick: ports.kick, log });
  const resolveUnknown = (accountIds: readonly string[]): Promise<void> =>
    resolveFromSent(accountIds, { store: outboxStore, outbox, cache });

  const queries = createReportQueries({ cache, reports, store: reportStore });

  let telling = false;
  function tell(): void {
    if (telling) return;
    telling = true;
    clock.setTimeout(() => {
      telling = false;
      ports.onChange(outbox.list(false));
    }, gather);
  }
  outboxStore.onChange(tell);

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
      for (const accountId of new Set(reportStore.sent().map((mail) => mail.accountId)))
        void reports.look(accountId);
    },
    online: () =>
      void sender
        .online()
        .catch((error: unknown) => log('warn', 'what waited for the network waits on', { error })),
    release: (accountId) => sender.release(accountId),
    arrived: (rows) => reports.arrived(rows),
    async synced(accountIds) {
      try {
        await resolveUnknown(accountIds);
      } catch (error) {
        log('warn', 'mails whose sending is not known stay so', { error });
      }
      for (const accountId of accountIds) {
        sender.kick(accountId);
        await reports.look(accountId);
      }
    },
    queries,
    answers,
    contextOf: async (row, mail) => ({
      reportedMail: mail.report === null ? null : await queries.mailOf(row.accountId, mail.report.about),
      ...(await answers.contextOf(row, mail)),
    }),
    async flush(accountIds) {
      await resolveUnknown(accountIds);
      for (const accountId of accountIds) await drafts.flush(accountId);
      await sender.drain(accountIds);
    },
    async forget(accountId) {
      await outbox.forget(accountId);
      await reportStore.forget(accountId);
      await forgetAnswers(accountId);
      await drafts.forget(accountId);
    },
    async stop() {
      await drafts.flush();
      drafts.stop();
      fullMailboxes.stop();
      await outbox.stop();
      await outboxStore.close();
      await reportStore.close();
    },
  };
}
