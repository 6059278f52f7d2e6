import type { Envelope, MailAddress } from '../../../src-shared/model/message.ts';
import { answeredIdIn } from '../../../src-shared/text/message-ids.ts';
import { decodeHeaderText, plainHeaderText } from './decode-words.ts';
import { listOf, rawOf, type Value } from './port.ts';

/**
 * RFC 9051 ENVELOPE as the server parsed it. What is missing or odd becomes empty, never an error. `charset`: what the
 * mail's text is in; what stands unencoded in its header is in it too.
 */
export function readEnvelope(
  value: Value | undefined,
  references: string[],
  charset: string | null = null,
): Envelope {
  const items = listOf(value);
  const from = readAddresses(items[2], charset);
  return {
    subject: decodeHeaderText(rawOf(items[1]), charset),
    from,
    to: readAddresses(items[5], charset),
    cc: readAddresses(items[6], charset),
    replyTo: sameAddress(items[2], items[4]) ? from : readAddresses(items[4], charset),
    messageIdHeader: firstMessageId(rawOf(items[9])),
    inReplyTo: answeredIdIn(rawOf(items[8])),
    references,
    sentAt: parseDate(rawOf(items[0])),
  };
}

/** Servers give the sender for a missing Reply-To: not read twice. */
function sameAddress(one: Value | undefined, other: Value | undefined): boolean {
  const [a, b] = [listOf(one), listOf(other)];
  if (a.length !== 1 || b.length !== 1) return false;
  const theirs = listOf(b[0]);
  return listOf(a[0]).every((part, at) =>
    part === null || typeof part === 'string' ? part === theirs[at] : false,
  );
}

export const emptyEnvelope: Envelope = {
  subject: '',
  from: [],
  to: [],
  cc: [],
  replyTo: [],
  messageIdHeader: '',
  inReplyTo: '',
  references: [],
  sentAt: null,
};

/** Groups ((NIL NIL "team" NIL) … (NIL NIL NIL NIL)) give their members; an empty group its name. */
function readAddresses(value: Value | undefined, charset: string | null): MailAddress[] {
  const addresses: MailAddress[] = [];
  let group: string | null = null;
  let members = 0;
  const endGroup = (): void => {
    if (group !== null && members === 0) addresses.push({ name: group, address: '' });
    group = null;
  };
  for (const item of listOf(value)) {
    const parts = listOf(item);
    const mailbox = parts[2];
    const host = parts[3];
    if (host === null || host === undefined) {
      endGroup();
      if (mailbox !== null && mailbox !== undefined) {
        group = decodeHeaderText(rawOf(mailbox), charset);
        members = 0;
      }
      continue;
    }
    members++;
    const name = decodeHeaderText(rawOf(parts[0]), charset);
    // Encoded words have no place in an address (RFC 2047 5): decoded, they would show somebody else's.
    const local = plainHeaderText(rawOf(mailbox));
    const domain = plainHeaderText(rawOf(host));
    // Servers' stand-ins for what they could not parse.
    if (/^(?:\.MISSING-HOST-NAME\.|MISSING_DOMAIN|)$/.test(domain) && local.includes('=?')) {
      addresses.push({ name: name === '' ? decodeHeaderText(local) : name, address: '' });
      continue;
    }
    const address = /^(?:\.MISSING-HOST-NAME\.|MISSING_DOMAIN|SYNTAX_ERROR|)$/.test(domain)
      ? local
      : `${local}@${domain}`;
    addresses.push({ name, address: local === 'MISSING_MAILBOX' ? '' : address });
  }
  endGroup();
  return addresses;
}

function firstMessageId(text: string): string {
  const start = text.indexOf('<');
  if (start === -1) return text.trim();
  const end = text.indexOf('>', start);
  return end === -1 ? text.slice(start).trim() : text.slice(start, end + 1).replace(/\s+/g, '');
}

const months: Record<string, number | undefined> = {
  jan: 0,
  feb: 1,
  mar: 2,
  apr: 3,
  may: 4,
  jun: 5,
  jul: 6,
  aug: 7,
  sep: 8,
  oct: 9,
  nov: 10,
  dec: 11,
};
const zones: Record<string, number | undefined> = {
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

/**
 * A Date header or an INTERNALDATE as milliseconds; null for what cannot be read: never "now".
 * Takes "Fri, 21 Nov 1997 09:55:06 -0600 (CST)" and " 1-Feb-2024 10:00:00 +0100", two-digit years and old zones.
 */
export function parseDate(text: string): number | null {
  const plain = parsePlainDate(text);
  return plain === null ? parseOddDate(text) : plain;
}

const digit = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
};
const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/**
 * The two forms that nearly all dates have, read by position: "Fri, 21 Nov 1997 09:55:06 -0600" and
 * "21-Nov-1997 09:55:06 -0600". Null for any other. Two dates a header were a sixth of
 * what reading it cost.
 */
function parsePlainDate(text: string): number | null {
  const start = text.charCodeAt(3) === 44 && text.charCodeAt(4) === 32 ? 5 : 0;
  const between = start === 5 ? 32 : 45;
  // "6 Nov" and " 6-Nov": the day has one digit, and what stands before it does not count.
  const isShort = text.charCodeAt(start + 1) === between || text.charCodeAt(start) === 32;
  const from = text.charCodeAt(start + 1) === between ? start - 1 : start;
  if (
    text.length < from + 26 ||
    text.charCodeAt(from + 2) !== between ||
    text.charCodeAt(from + 6) !== between ||
    text.charCodeAt(from + 11) !== 32 ||
    text.charCodeAt(from + 14) !== 58 ||
    text.charCodeAt(from + 17) !== 58 ||
    text.charCodeAt(from + 20) !== 32
  )
    return null;
  const sign = text.charCodeAt(from + 21) === 43 ? 1 : text.charCodeAt(from + 21) === 45 ? -1 : 0;
  const month = months[text.slice(from + 3, from + 6).toLowerCase()];
  const day = isShort ? digit(text, from + 1) : twoDigits(text, from);
  const hour = twoDigits(text, from + 12);
  const minute = twoDigits(text, from + 15);
  const second = twoDigits(text, from + 18);
  const year = twoDigits(text, from + 7) * 100 + twoDigits(text, from + 9);
  if (
    sign === 0 ||
    month === undefined ||
    !(day >= 1 && day <= 31 && hour <= 24 && minute <= 59 && year >= 1000)
  )
    return null;
  const offset = (twoDigits(text, from + 22) * 60 + twoDigits(text, from + 24)) * sign;
  const time = Date.UTC(year, month, day, hour, minute, Math.min(59, second)) - offset * 60_000;
  return Number.isNaN(time) ? null : time;
}

function parseOddDate(text: string): number | null {
  const match =
    /(\d{1,2})[ -]+([A-Za-z]{3})[a-z]*[ -]+(\d{2,4})[ ,]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\.\d+)?\s*([+-]\d{4}|[A-Za-z]{1,4})?/.exec(
      text,
    );
  if (match === null) return null;
  const month = months[(match[2] ?? '').toLowerCase()];
  if (month === undefined) return null;
  let year = Number(match[3]);
  if (year < 50) year += 2000;
  else if (year < 1000) year += 1900;
  const day = Number(match[1]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Math.min(59, Number(match[6] ?? 0));
  if (day < 1 || day > 31 || hour > 24 || minute > 59) return null;
  const zone = match[7] ?? '+0000';
  let offset = zones[zone.toUpperCase()] ?? 0;
  if (zone.startsWith('+') || zone.startsWith('-')) {
    offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))) * (zone.startsWith('-') ? -1 : 1);
  }
  const time = Date.UTC(year, month, day, hour, minute, second) - offset * 60_000;
  return Number.isNaN(time) ? null : time;
}
