import type { MailPart, ReadMail } from '../../../src-shared/model/mail.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { parseDeliveryStatus, type RecipientStatus } from '../../mime/read/reports/delivery-status.ts';

/** What a mail that came back says, before it is known about which mail it speaks. */
export interface ReadReport {
  envelopeId: string | null;
  /** Message-IDs that it names, those of a quoted header first. */
  messageIds: string[];
  /** Empty in a bounce that only a person can read. */
  recipients: RecipientStatus[];
  /** The text that a person would read, for bounces without a machine's part. */
  text: string;
}

const senders = /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|maildaemon|microsoftexchange[0-9a-f]*)$/i;
const subjects =
  /undeliver|not be delivered|delivery (?:status|failure|has failed|delayed|report)|failure notice|returned (?:mail|to sender)|mail (?:delivery|system) (?:fail|error)|delivery notification|unzustellbar|non remis/i;

/** Worth a look: cheap, by what a list knows of a mail. */
export function looksLikeReport(from: readonly MailAddress[], subject: string): boolean {
  return from.some(({ address }) => senders.test(address.split('@')[0] ?? '')) || subjects.test(subject);
}

const anyId = /<[^\s<>@]{1,400}@[^\s<>@]{1,400}>/g;

/** Null: it reports nothing about a delivery (a disposition report, an answer, a newsletter). */
export async function readReport(
  mail: ReadMail,
  part: (partId: string) => Promise<Uint8Array | null>,
): Promise<ReadReport | null> {
  const parts = leaves(mail.tree);
  const statusPart = parts.find(({ contentType }) =>
    /^message\/(?:global-)?delivery-status$/.test(contentType),
  );
  const status = statusPart === undefined ? null : await part(statusPart.partId);
  const quoted: string[] = [];
  for (const { contentType, partId } of parts) {
    if (
      !/^(?:message\/(?:rfc822|global)|(?:text|message)\/(?:global-)?(?:rfc822-)?headers)$/.test(contentType)
    )
      continue;
    const head = Buffer.from((await part(partId)) ?? [])
      .subarray(0, 65_536)
      .toString('latin1');
    const id = /^message-id:\s*(<[^\s<>]{1,900}>)/im.exec(head)?.[1];
    if (id !== undefined) quoted.push(id);
  }
  const text = mail.text.slice(0, 65_536);
  const messageIds = [
    ...new Set([...quoted, mail.inReplyTo, ...mail.references.toReversed(), ...(text.match(anyId) ?? [])]),
  ].filter((id) => id !== '');
  if (status !== null) return { ...parseDeliveryStatus(status), messageIds, text };
  if (!looksLikeReport(mail.from, mail.subject)) return null;
  return { envelopeId: null, messageIds, recipients: [], text };
}

function leaves(tree: MailPart): MailPart[] {
  const own = tree.contentType.startsWith('multipart/') ? [] : [tree];
  // The parts of a returned mail are that mail's business.
  if (tree.contentType === 'message/rfc822' || tree.contentType === 'message/global') return own;
  return [...own, ...tree.children.flatMap(leaves)];
}

/**
 * Which of `recipients` a bounce without a machine's part speaks of, with the reason as it stands near
 * the address. A text that says it goes on trying is a delay.
 */
export function readPlainBounce(text: string, recipients: readonly string[]): RecipientStatus[] {
  // What is quoted of the mail itself names its recipients too.
  const own =
    text.split(/\n-{3,}.*(?:copy of|original message|returned message|below this line).*\n/i)[0] ?? text;
  const delayed =
    /\b(?:will (?:keep|continue)|still trying|delayed|no action is required|temporarily|warning message only)\b/i.test(
      own,
    ) && !/permanent|could not be delivered|giving up|undeliverable/i.test(own);
  const lower = own.toLowerCase();
  const named = recipients.filter((address) => lower.includes(address.toLowerCase()));
  const only = recipients.length === 1 ? recipients : [];
  return (named.length > 0 ? named : only).map((address) => {
    const at = Math.max(0, lower.indexOf(address.toLowerCase()));
    const near = own.slice(at, at + 600);
    const line = near
      .split(/\n/)
      .find((candidate) => /\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(candidate));
    return {
      original: address,
      final: null,
      action: delayed ? 'delayed' : 'failed',
      status: /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(line ?? '')?.[0] ?? null,
      diagnostic: line?.trim() ?? '',
    };
  });
}
