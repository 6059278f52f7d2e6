import * as v from 'valibot';
import type { DeliveryReport } from '../../../src-shared/ipc/areas/sending.ts';
import { openJournalFile } from '../../journal/journal-file.ts';

const sentMailSchema = v.object({
  messageIdHeader: v.string(),
  envelopeId: v.nullable(v.string()),
  accountId: v.string(),
  recipients: v.array(v.string()),
  sentAt: v.number(),
});
/** A mail that Posthorn made and gave to a server: only such a mail can be reported about. */
export type SentMail = v.InferOutput<typeof sentMailSchema>;

const reportSchema = v.object({
  state: v.literal('reported'),
  address: v.string(),
  recipient: v.nullable(v.string()),
  action: v.picklist(['failed', 'delayed', 'delivered', 'relayed', 'expanded', 'read', 'not-read']),
  status: v.nullable(v.string()),
  detail: v.string(),
  at: v.string(),
  reportMessageId: v.string(),
  proof: v.picklist(['envelope-id', 'message-id']),
});

const recordSchema = v.variant('t', [
  v.object({ t: v.literal('sent'), mail: sentMailSchema }),
  v.object({ t: v.literal('report'), messageIdHeader: v.string(), report: reportSchema }),
  v.object({ t: v.literal('forget'), accountId: v.string() }),
]);

/** RFC 5321 lets a server try for days; some report after weeks. */
const keepUnreported = 60 * 86_400_000;
const keepReported = 400 * 86_400_000;
/** A mailing to hundreds that all come back, or a forger who sends thousands, must not fill the disk. */
const mostReports = 500;

/** Which mails were sent, and what was reported about them; append-only, durable when a call resolves. */
export interface ReportStore {
  readonly damaged: number;
  sent(): SentMail[];
  byEnvelopeId(envelopeId: string): SentMail | undefined;
  byMessageId(messageIdHeader: string): SentMail | undefined;
  reports(messageIdHeader: string): readonly DeliveryReport[];
  /** What one mail that came back says, and about which mails. */
  reportedBy(reportMessageId: string): { mail: SentMail; report: DeliveryReport }[];
  note(mails: readonly SentMail[]): Promise<void>;
  /** False: it is known already, or there are too many. */
  add(messageIdHeader: string, report: DeliveryReport): Promise<boolean>;
  forget(accountId: string): Promise<void>;
  close(): Promise<void>;
}

export async function openReportStore(path: string, now: number): Promise<ReportStore> {
  const file = await openJournalFile(path);
  const mails = new Map<string, SentMail>();
  const byEnvelope = new Map<string, SentMail>();
  const reports = new Map<string, DeliveryReport[]>();
  let damaged = file.damaged;

  function remember(mail: SentMail): void {
    mails.set(mail.messageIdHeader, mail);
    if (mail.envelopeId !== null) byEnvelope.set(mail.envelopeId, mail);
  }
  function drop(mail: SentMail): void {
    mails.delete(mail.messageIdHeader);
    reports.delete(mail.messageIdHeader);
    if (mail.envelopeId !== null) byEnvelope.delete(mail.envelopeId);
  }
  const same = (a: DeliveryReport, b: DeliveryReport): boolean =>
    a.reportMessageId === b.reportMessageId && a.address === b.address && a.action === b.action;

  for (const raw of file.records) {
    const parsed = v.safeParse(recordSchema, raw);
    if (!parsed.success) {
      damaged += 1;
      continue;
    }
    const record = parsed.output;
    if (record.t === 'sent') remember(record.mail);
    else if (record.t === 'report')
      reports.set(record.messageIdHeader, [...(reports.get(record.messageIdHeader) ?? []), record.report]);
    else for (const mail of [...mails.values()]) if (mail.accountId === record.accountId) drop(mail);
  }
  for (const mail of [...mails.values()]) {
    const keep = reports.has(mail.messageIdHeader) ? keepReported : keepUnreported;
    if (mail.sentAt + keep < now) drop(mail);
  }
  await file.rewrite(() => [
    ...[...mails.values()].map((mail) => ({ t: 'sent', mail })),
    ...[...reports].flatMap(([messageIdHeader, list]) =>
      list.map((report) => ({ t: 'report', messageIdHeader, report })),
    ),
  ]);

  return {
    damaged,
    sent: () => [...mails.values()],
    byEnvelopeId: (envelopeId) => byEnvelope.get(envelopeId),
    byMessageId: (messageIdHeader) => mails.get(messageIdHeader),
    reports: (messageIdHeader) => reports.get(messageIdHeader) ?? [],
    reportedBy: (reportMessageId) =>
      [...reports].flatMap(([messageIdHeader, list]) => {
        const mail = mails.get(messageIdHeader);
        return mail === undefined
          ? []
          : list
              .filter((report) => report.reportMessageId === reportMessageId)
              .map((report) => ({ mail, report }));
      }),
    async note(added) {
      const fresh = added.filter((mail) => !mails.has(mail.messageIdHeader));
      await file.append(fresh.map((mail) => ({ t: 'sent', mail })));
      for (const mail of fresh) remember(mail);
    },
    async add(messageIdHeader, report) {
      const known = reports.get(messageIdHeader) ?? [];
      if (known.length >= mostReports || known.some((other) => same(other, report))) return false;
      reports.set(messageIdHeader, [...known, report]);
      await file.append([{ t: 'report', messageIdHeader, report }]);
      return true;
    },
    async forget(accountId) {
      const gone = [...mails.values()].filter((mail) => mail.accountId === accountId);
      if (gone.length === 0) return;
      await file.append([{ t: 'forget', accountId }]);
      for (const mail of gone) drop(mail);
    },
    close: () => file.close(),
  };
}
