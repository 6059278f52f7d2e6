import { messageIdsIn } from '../../../src-shared/text/message-ids.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { rawOf, type Value } from './port.ts';

/** The lines of the header that FETCH gives beside ENVELOPE, each a byte a character, folding undone. */
export interface HeaderFields {
  /** The first From: the one that receivers check. Empty: there is none. */
  from: string;
  references: string;
}

/** Fields of a "BODY[HEADER.FIELDS (…)]" item. What is no field is left out. */
export function readHeaderFields(value: Value | undefined): HeaderFields {
  const fields: HeaderFields = { from: '', references: '' };
  const text = rawOf(value);
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    // A line that begins with a blank goes on with the one before (RFC 5322 2.2.3).
    while (end !== -1 && (text[end + 1] === ' ' || text[end + 1] === '\t')) end = text.indexOf('\n', end + 1);
    if (end === -1) end = text.length;
    const first = text.charCodeAt(at) | 0x20;
    const name = first === 0x66 ? 'from' : first === 0x72 ? 'references' : null;
    if (name !== null && fields[name] === '') {
      const colon = text.indexOf(':', at);
      if (colon !== -1 && text.slice(at, colon).trimEnd().toLowerCase() === name)
        fields[name] = text.slice(colon + 1, end).trim();
    }
    at = end + 1;
  }
  return fields;
}

/** The Message-IDs of a References field, oldest first, without repeats. */
export function referencesIn(field: string): string[] {
  return field === '' ? [] : messageIdsIn(field);
}

// A quoted or plain name without anything that programs read in two ways, and one address. A comment may follow a bare one.
const plainSender =
  /^(?:(?:"(?:[^"\\]|\\[^])*"\s*|[^"<>@,;:\\]*)<([^\s<>@"(),;:[\]\\]+@[^\s<>@"(),;:[\]\\]+)>|([^\s<>@"(),;:[\]\\]+@[^\s<>@"(),;:[\]\\]+)(?:\s+\([^()@\\]*\))?)$/;

/**
 * Whether a From field is one that every program reads as `parsed`, which is what the server says of it. Servers make
 * somebody else of odd ones: `boss@good <mal@evil>` becomes boss@good, and who is checked is mal@evil.
 */
export function isPlainSender(field: string, parsed: readonly MailAddress[]): boolean {
  const match = plainSender.exec(field);
  return match !== null && parsed.length === 1 && parsed[0]?.address === (match[1] ?? match[2]);
}
