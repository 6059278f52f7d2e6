import type { MailReport, ReportedRecipient } from '../../../../src-shared/model/mail-report.ts';
import type { MailAddress } from '../../../../src-shared/model/message.ts';
import { defaultLimits } from '../limits.ts';
import { DefectList } from '../defect-list.ts';
import { readHeaderBlock, type HeaderField } from '../header-block.ts';
import { isMessageType, partBytes, type Part } from '../part.ts';
import { subjectsAbroad } from './bounce-languages.ts';
import { meaningOf } from './bounce-words.ts';
import { parseDeliveryStatus, type RecipientStatus } from './delivery-status.ts';
import { readPlainText } from './plain-bounce.ts';
import type { ReportMail } from './report-fields.ts';
import { complaint, readReceipt } from './other-reports.ts';
import { aboutOf, clean, firstAddress, value } from './report-fields.ts';
import { automaticAnswer } from './automatic-answer.ts';
import { reportSentence, statusReason } from './report-sentence.ts';

const senders =
  /^(?:mailer-daemon|mail delivery (?:sub)?system|post[_-]?master|mail-daemon|mdaemon|maildaemon|microsoftexchange[0-9a-f]*|mailerdaemon|nondelivery)$/i;
const subjects =
  /undeliver|not be delivered|delivery (?:status|warning|failure|has failed|delayed|report|problem|error)|failure notice|failed (?:mail|delivery)|returned (?:mail|to sender)|mail (?:delivery|system|could not) ?(?:fail|error|sys)?|delivery notification|unzustellbar|non remis|could not be (?:sent|delivered)|mail error|non[- ]delivery|user unknown/i;

const goods =
  /\b(?:parcels?|packages?|shipments?|courier|your orders?|order (?:no|number|#)|paket|sendung(?:snummer)?|bestellung|colis|votre commande|paquete|pedido|pacco|spedizione|pakket|bestelling|przesyłk\w|zamówieni\w)\b|посылк|заказ|包裹|お荷物/iu;

/** What a bounce, a read receipt, a complaint or an automatic answer says; null for mail of people. Never throws. */
export function readMailReport(root: Part, mail: ReportMail): MailReport | null {
  let parts = leaves(root);
  // Gateways wrap reports of servers in a mail of their own, with a disclaimer.
  const wrapped = parts.find((part) => part.children[0]?.type.value === 'multipart/report')?.children[0];
  if (wrapped !== undefined && !parts.some(isStatus) && isFromMachine(mail)) parts = leaves(wrapped);
  const quoted = parts.find((part) => isMessageType(part.type.value) || /headers$/.test(part.type.value));
  const original = quoted === undefined ? [] : headerOf(quoted);
  const feedback = parts.find((part) => part.type.value === 'message/feedback-report');
  if (feedback !== undefined) return complaint(partText(feedback), original);
  const receipt = parts.find((part) => part.type.value === 'message/disposition-notification');
  if (receipt !== undefined) return readReceipt(partText(receipt));
  // Outlook.com's complaints have no part for machines.
  const reporter = firstAddress(value(original, 'x-hmxmroriginalrecipient'));
  if (reporter !== null && /^\s*complaint about message/i.test(mail.subject))
    return complaint(`Feedback-Type: abuse\nOriginal-Rcpt-To: ${reporter}`, original);
  return notification(mail.text) ?? delivery(parts, mail, original) ?? automaticAnswer(mail);
}

function delivery(
  parts: readonly Part[],
  mail: ReportMail,
  original: readonly HeaderField[],
): MailReport | null {
  const status = parts.find(isStatus);
  const failed = value(mail.fields, 'x-failed-recipients');
  const looks =
    status !== undefined ||
    failed !== '' ||
    mail.from.some((one) => isDaemon(one)) ||
    subjects.test(mail.subject) ||
    subjectsAbroad.test(mail.subject.slice(0, 500)) ||
    (original.length > 0 && /^[ \t]*could not be delivered to\b/im.test(mail.text.slice(0, 8_000)));
  if (!looks) return null;
  // A mail about bounces is none: a machine sent it, or the text says so in a machine's words.
  const machine = status !== undefined || isFromMachine(mail);
  if (!machine) return null;
  const own = new Set([...mail.from, ...mail.to].map((one) => one.address.toLowerCase()));
  const plain = readPlainText(mail.text, own, mail.from[0]?.address.split('@')[1] ?? '');
  // In a language that is not read here the subject may still say that it failed.
  const why = plain.reason ?? (subjects.test(mail.subject) ? meaningOf(mail.subject) : null);
  // A report is not about its own receiver, whom a gateway may have wrapped it for.
  const quotedTo =
    [value(original, 'to'), /^to:[ \t]*(.{1,400})$/im.exec(plain.quoted)?.[1] ?? '']
      .map(firstAddress)
      .find((one) => one !== null && !own.has(one.toLowerCase())) ?? null;
  // A question whether an address could be reached, not a mail.
  if (status !== undefined && /^action[ \t]*:[ \t]*deliverable/im.test(partText(status))) return null;
  let recipients: RecipientStatus[] =
    status === undefined ? [] : parseDeliveryStatus(partBytes(status).bytes).recipients;
  if (recipients.length === 0) recipients = parseDeliveryStatus(Buffer.from(mail.text)).recipients;
  if (recipients.length === 0 && failed !== '')
    recipients = failed.split(',').flatMap((one) => {
      const final = firstAddress(one);
      const near =
        plain.recipients.find((other) => other.final?.toLowerCase() === final?.toLowerCase()) ??
        plain.recipients[0];
      return final === null
        ? []
        : [{ original: null, action: 'failed', status: null, diagnostic: '', ...near, final }];
    });
  if (recipients.length === 0) recipients = plain.recipients;
  if (recipients.length === 0 && quotedTo !== null && why !== null)
    recipients = [{ original: null, final: quotedTo, action: 'failed', status: null, diagnostic: '' }];
  if (recipients.length === 0) return null;
  const [better] = plain.recipients;
  if (better !== undefined)
    // "Final-Recipient: rfc822; @mx.example.org" of old servers names nobody.
    recipients = recipients.map((one) =>
      /^[^\s@]+@/.test(one.original ?? one.final ?? '')
        ? one
        : { ...one, original: null, final: better.final },
    );
  return {
    kind: 'delivery',
    about: aboutOf(original, plain.quoted),
    recipients: recipients.map((one) => reported(one, why)),
  };
}

function isStatus(part: Part): boolean {
  return /^message\/(?:global-)?delivery-status$/.test(part.type.value);
}

/** Amazon's notifications about mail sent through it: JSON in the text. */
function notification(given: string): MailReport | null {
  // Amazon's other service puts the whole of it into a string.
  const text = given.slice(0, 65_536).replaceAll('\\"', '"');
  const kind = /"notificationType" ?: ?"(Bounce|Complaint|Delivery)"/.exec(text.slice(0, 2_000))?.[1];
  if (kind === undefined) return null;
  const json = text.replace(/\n ?/g, '');
  const list = /"(?:bounced|complained)?[rR]ecipients" ?: ?\[(.{1,20000}?)\]/.exec(json)?.[1] ?? '';
  const about = /"name" ?: ?"Message-ID" ?, ?"value" ?: ?"(<[^"<>]{1,900}>)"/i.exec(json)?.[1] ?? '';
  const entries = list.split(list.includes('{') ? /\}, ?\{/ : /", ?"/).flatMap((entry) => {
    const final = firstAddress(
      /"emailAddress" ?: ?"([^"]{3,400})"/.exec(entry)?.[1] ?? entry.replaceAll('"', ''),
    );
    const status = /"status" ?: ?"([245]\.\d{1,3}\.\d{1,3})"/.exec(entry)?.[1] ?? null;
    const diagnostic = /"diagnosticCode" ?: ?"([^"]{0,500})"/.exec(entry)?.[1] ?? '';
    return final === null ? [] : [{ original: null, final, status, diagnostic }];
  });
  if (entries.length === 0) return null;
  if (kind === 'Complaint')
    return complaint(
      ['Feedback-Type: abuse', ...entries.map((one) => `Original-Rcpt-To: ${one.final}`)].join('\n'),
      [],
    );
  const action = kind === 'Bounce' ? 'failed' : 'delivered';
  const type = /"bounceSubType" ?: ?"(\w{1,40})"/.exec(json)?.[1] ?? '';
  const otherwise = meaningOf(type) ?? (kind === 'Bounce' ? 'the server rejected the message' : null);
  return {
    kind: 'delivery',
    about,
    recipients: entries.map((one) => reported({ ...one, action }, otherwise)),
  };
}

function isDaemon({ name, address }: MailAddress): boolean {
  const local = (address.split('@')[0] ?? '').replace(/\\$/, '');
  return senders.test(address === '' ? name : local) || /^mail delivery (?:sub)?system$/i.test(name);
}

function isFromMachine(mail: ReportMail): boolean {
  if (
    /^<?>?$/.test(value(mail.fields, 'return-path').trim()) &&
    mail.fields.some((one) => /^return-path$/i.test(one.name))
  )
    return true;
  if (/^auto-/i.test(value(mail.fields, 'auto-submitted'))) return true;
  if (mail.from.some((one) => isDaemon(one))) return true;
  // What a list brings was written by its members.
  if (value(mail.fields, 'list-id') !== '') return false;
  // Parcels, too, cannot be delivered.
  if (goods.test(mail.subject) || goods.test(mail.text.slice(0, 600))) return false;
  // A bounce that somebody answered or handed on is their mail.
  if (/^\s*(?:re|aw|antw|sv|vs|rif|fwd?|wg|tr|rv|i)\s*:/i.test(mail.subject)) return false;
  return /could not be delivered|unable to deliver|undeliverable|delivery (?:failed|to the following|has failed)|did not reach|permanent error|failed recipients|recipients (?:failed|was aborted)|has been postponed|was not delivered|fatal errors|delivery errors|user unknown|\b550 /i.test(
    mail.text.slice(0, 8_000),
  );
}

function reported(one: RecipientStatus, otherwise: string | null): ReportedRecipient {
  const address = clean(one.original ?? one.final ?? '');
  const diagnostic = clean(one.diagnostic);
  const reason =
    one.action === 'failed' || one.action === 'delayed'
      ? (statusReason(one.status, diagnostic) ??
        meaningOf(diagnostic) ??
        otherwise ??
        (one.action === 'delayed' ? 'its server did not take it in time' : null))
      : null;
  return {
    address,
    action: one.action,
    status: one.status,
    reason,
    diagnostic,
    sentence: reportSentence(address, one.action, one.status, diagnostic, reason),
  };
}

function leaves(part: Part): Part[] {
  // The parts of a returned mail are that mail's business.
  if (isMessageType(part.type.value) || part.children.length === 0) return [part];
  return part.children.flatMap(leaves);
}

function headerOf(part: Part): readonly HeaderField[] {
  const [inner] = part.children;
  if (inner !== undefined) return inner.fields;
  return readHeaderBlock(
    partBytes(part).bytes.subarray(0, 65_536),
    0,
    () => false,
    defaultLimits,
    new DefectList(0),
  ).fields;
}

function partText(part: Part): string {
  return partBytes(part).bytes.subarray(0, 65_536).toString('utf8');
}
