import type { DeliveryReport } from '../../../src-shared/ipc/areas/sending.ts';
import type { FolderRole } from '../../../src-shared/model/folder.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { OutboxStore } from '../outbox-store.ts';
import { fromXtext } from '../../mime/read/reports/delivery-status.ts';
import { looksLikeReport, readReport, type ReadReport, type ReportedStatus } from './read-report.ts';
import type { ReportStore, SentMail } from './report-store.ts';
import { reportSentence } from '../../mime/read/reports/report-sentence.ts';

export interface ReportPorts {
  store: ReportStore;
  outbox: OutboxStore;
  cache: CachePort;
  rawOf(messageId: string): Promise<Uint8Array>;
  /** In the thread that reads mail; neither rejects. */
  read(bytes: Uint8Array): Promise<ReadMail>;
  part(bytes: Uint8Array, partId: string): Promise<Uint8Array | null>;
  onReport(): void;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

/** Mails that came back, matched to the mails that they speak of. */
export interface Reports {
  /** New rows of any folder: those that look like a report are read. */
  arrived(rows: readonly ArrivedRow[]): void;
  /** Looks through the newest mail of the account's inbox and junk folder: what came while nobody looked. Never rejects. */
  look(accountId: string): Promise<void>;
  /** What is known to have been sent is noted, so that it can be reported about when it has left the outbox. */
  note(): Promise<void>;
  of(messageIdHeader: string): readonly DeliveryReport[];
}

type ArrivedRow = Pick<MessageRow, 'messageId' | 'from' | 'subject'>;

const pageSize = 500;
const whereTheyCome: readonly (FolderRole | null)[] = ['inbox', 'junk'];

export function createReports(ports: ReportPorts): Reports {
  const { store, outbox, cache } = ports;
  /** Read in this run of the program; a second reading would find the same. */
  const seen = new Set<string>();
  let queue: Promise<void> = Promise.resolve();

  async function note(): Promise<void> {
    await store.note(
      outbox
        .all()
        .filter((item) => item.sentAt !== null || item.finalDot)
        .map((item): SentMail => ({
          messageIdHeader: item.messageIdHeader,
          envelopeId: item.envelopeId,
          accountId: item.accountId,
          recipients: item.recipients.map((recipient) => recipient.address),
          sentAt: item.sentAt ?? item.queuedAt,
        })),
    );
  }

  function inspectLater(rows: readonly ArrivedRow[]): Promise<void> {
    const wanted = rows.filter((row) => looksLikeReport(row.from, row.subject) && !seen.has(row.messageId));
    for (const row of wanted) seen.add(row.messageId);
    if (wanted.length === 0) return queue;
    queue = queue.then(async () => {
      await note().catch((error: unknown) => ports.log('warn', 'sent mails were not noted', { error }));
      for (const { messageId } of wanted) {
        try {
          await inspect(messageId);
        } catch (error) {
          // Not here and no network, or it is gone: the next look comes by it again.
          seen.delete(messageId);
          ports.log('warn', 'a mail that may be a report was not read', { messageId, error });
        }
      }
    });
    return queue;
  }

  async function inspect(messageId: string): Promise<void> {
    if (store.sent().length === 0) return;
    const bytes = await ports.rawOf(messageId);
    const mail = await ports.read(bytes);
    const report = await readReport(mail, (partId) => ports.part(bytes, partId));
    if (report === null) return;
    const found = match(report);
    if (found === null) return;
    const [row] = await cache.call('rows', { messageIds: [messageId] });
    let added = false;
    for (const status of meant(report, found.mail)) {
      const made = reportOf(status, found, messageId, row?.date ?? mail.date ?? '');
      if (await store.add(found.mail.messageIdHeader, made)) added = true;
    }
    if (added) ports.onReport();
  }

  function match({ envelopeId, messageIds }: ReadReport): Found | null {
    const byEnvelope = envelopeId === null ? undefined : store.byEnvelopeId(envelopeId);
    if (byEnvelope !== undefined) return { mail: byEnvelope, proof: 'envelope-id' };
    for (const id of messageIds) {
      const mail = store.byMessageId(id);
      if (mail !== undefined) return { mail, proof: 'message-id' };
    }
    return null;
  }

  return {
    arrived: (rows) => void inspectLater(rows),
    async look(accountId) {
      try {
        await note();
        const sent = store.sent().filter((mail) => mail.accountId === accountId);
        if (sent.length === 0) return;
        const since = new Date(Math.min(...sent.map((mail) => mail.sentAt)) - 60_000).toISOString();
        const folderIds = (await cache.call('folders', { accountId }))
          .filter((folder) => whereTheyCome.includes(folder.role))
          .map((folder) => folder.folderId);
        if (folderIds.length === 0) return;
        const { rows } = await cache.call('page', {
          view: { folderIds, threaded: false, sort: 'date-desc' },
          start: 0,
          count: pageSize,
        });
        await inspectLater(rows.filter((row) => row.date >= since));
      } catch (error) {
        ports.log('warn', 'reports were not looked for', { accountId, error });
      }
    },
    note,
    of: (messageIdHeader) => store.reports(messageIdHeader),
  };
}

interface Found {
  mail: SentMail;
  proof: DeliveryReport['proof'];
}

/** Of the addresses in a text those that the mail went to, if it went to any of them. */
function meant({ recipients, guessed }: ReadReport, mail: SentMail): ReportedStatus[] {
  const sentTo = new Set(mail.recipients.map((address) => address.toLowerCase()));
  const known = recipients.filter(({ original }) => sentTo.has(original?.toLowerCase() ?? ''));
  return guessed && known.length > 0 ? known : recipients;
}

function reportOf(
  status: ReportedStatus,
  { mail, proof }: Found,
  reportMessageId: string,
  at: string,
): DeliveryReport {
  const named = [status.original, status.final].filter((address) => address !== null);
  const recipient =
    named
      .flatMap((address) => [address, fromXtext(address)])
      .map((address) => mail.recipients.find((one) => one.toLowerCase() === address.toLowerCase()))
      .find((address) => address !== undefined) ??
    // Forwarded by the only recipient's server: it is that recipient's copy all the same.
    (mail.recipients.length === 1 ? (mail.recipients[0] ?? null) : null);
  const address = recipient ?? shown(named[0] ?? '');
  return {
    state: 'reported',
    address,
    recipient,
    action: status.action,
    status: status.status,
    detail: reportSentence(address, status.action, status.status, status.diagnostic, status.reason),
    at,
    reportMessageId,
    proof,
  };
}

function shown(address: string): string {
  const plain = address.replace(/[\p{Cc}\p{Cf}]+/gu, '').slice(0, 200);
  return plain === '' ? 'one of the recipients' : plain;
}
