import type { MailPart, ReadMail } from '../../../src-shared/model/mail.ts';
import type { ReportedRecipient } from '../../../src-shared/model/mail-report.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { parseDeliveryStatus, type RecipientStatus } from '../../mime/read/reports/delivery-status.ts';

/** What a mail that came back says, before it is known about which mail it speaks. */
export interface ReadReport {
  envelopeId: string | null;
  /** Message-IDs that it names, the one of the mail that it speaks of first. */
  messageIds: string[];
  recipients: ReportedStatus[];
  /** A text for people alone names them: some of them may be no recipients at all. */
  guessed: boolean;
}

export interface ReportedStatus extends RecipientStatus {
  /** In words, where neither status nor diagnostic says it. */
  reason: string | null;
}

const senders = /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|maildaemon|microsoftexchange[0-9a-f]*)$/i;
const subjects =
  /undeliver|not be delivered|delivery (?:status|failure|has failed|delayed|report)|failure notice|returned (?:mail|to sender)|mail (?:delivery|system) (?:fail|error)|delivery notification|unzustellbar|non remis/i;
/** Read receipts, as programs of several languages call them. */
const receipts =
  /^(?:not read|read|gelesen|ungelesen|lu|non lu|leído|letto|lido|gelezen|läst|læst|lest|luettu|przeczytano|прочитано)\b ?:|disposition notification|(?:read|return) (?:receipt|notification)|lesebestätigung|accusé de (?:lecture|réception)/i;

/** Worth a look: cheap, by what a list knows of a mail. */
export function looksLikeReport(from: readonly MailAddress[], subject: string): boolean {
  return (
    from.some(({ address }) => senders.test(address.split('@')[0] ?? '')) ||
    subjects.test(subject) ||
    receipts.test(subject)
  );
}

const anyId = /<[^\s<>@]{1,400}@[^\s<>@]{1,400}>/g;

/** Null: it reports nothing about a delivery or a reading (an answer, a newsletter). */
export async function readReport(
  mail: ReadMail,
  part: (partId: string) => Promise<Uint8Array | null>,
): Promise<ReadReport | null> {
  const { report } = mail;
  if (report === null || (report.kind !== 'delivery' && report.kind !== 'receipt')) return null;
  const statusPart = leaves(mail.tree).find(({ contentType }) =>
    /^message\/(?:global-)?delivery-status$/.test(contentType),
  );
  const bytes = statusPart === undefined ? null : await part(statusPart.partId);
  const status = bytes === null ? null : parseDeliveryStatus(bytes);
  const ids = new Set([
    report.about,
    mail.inReplyTo,
    ...mail.references.toReversed(),
    ...(mail.text.slice(0, 65_536).match(anyId) ?? []),
  ]);
  ids.delete('');
  // The part for machines tells a recipient as we wrote it from the address that it was forwarded to.
  const exact = status === null || status.recipients.length === 0 ? null : status.recipients;
  return {
    envelopeId: status?.envelopeId ?? null,
    messageIds: [...ids],
    guessed: report.kind === 'delivery' && exact === null,
    recipients:
      exact === null
        ? report.recipients.flatMap(asStatus)
        : exact.map((one, at) => ({ ...one, reason: report.recipients[at]?.reason ?? null })),
  };
}

function asStatus({ address, action, status, diagnostic, reason }: ReportedRecipient): ReportedStatus[] {
  if (action === 'complained' || action === 'answered') return [];
  return [{ original: address === '' ? null : address, final: null, action, status, diagnostic, reason }];
}

function leaves(tree: MailPart): MailPart[] {
  const own = tree.contentType.startsWith('multipart/') ? [] : [tree];
  // The parts of a returned mail are that mail's business.
  if (tree.contentType === 'message/rfc822' || tree.contentType === 'message/global') return own;
  return [...own, ...tree.children.flatMap(leaves)];
}
