import type { MailAddress } from '../../../src-shared/model/message.ts';

/** One entry of To, Cc or Bcc. `valid` false: kept as it was typed, shown marked, never sent. */
export interface Recipient extends MailAddress {
  valid: boolean;
}

/** Something before and after the at sign, without what would end the address or begin another. */
export function isMailAddress(text: string): boolean {
  return (
    /^(?:[^\s@<>()[\],;:\\"]+|"[^"\\\r\n]+")@(?:[^\s@<>()[\],;:\\"./]+(?:\.[^\s@<>()[\],;:\\"./]+)*|\[[0-9A-Fa-f.:]+\])$/u.test(
      text,
    ) && text.length <= 320
  );
}

/** Splits at commas, semicolons and line ends outside quotes, angles and brackets. */
function splitEntries(text: string): string[] {
  const entries: string[] = [];
  let entry = '';
  let quoted = false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quoted && sign === '\\') {
      entry += sign + text.charAt(at + 1);
      at += 1;
      continue;
    }
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === '<' || sign === '(')) depth += 1;
    else if (!quoted && (sign === '>' || sign === ')')) depth = Math.max(0, depth - 1);
    const ends = sign === '\n' || sign === '\r' || ((sign === ',' || sign === ';') && !quoted && depth === 0);
    if (ends) {
      entries.push(entry);
      entry = '';
      quoted = false;
      depth = 0;
    } else entry += sign;
  }
  entries.push(entry);
  return entries.map((one) => one.trim()).filter((one) => one !== '');
}

function parseEntry(entry: string): Recipient {
  const angled = /^(.*?)\s*<([^<>]*)>$/su.exec(entry);
  if (angled !== null) {
    const name = (angled[1] ?? '')
      .trim()
      .replace(/^"(.*)"$/su, '$1')
      .replace(/\\(.)/gu, '$1')
      .trim();
    const address = (angled[2] ?? '').trim().replace(/^mailto:/iu, '');
    return isMailAddress(address)
      ? { name: name === address ? '' : name, address, valid: true }
      : { name: '', address: entry, valid: false };
  }
  const commented = /^([^\s()]+)\s*\(([^()]*)\)$/u.exec(entry);
  const bare = (commented?.[1] ?? entry).replace(/^mailto:/iu, '');
  return isMailAddress(bare)
    ? { name: commented?.[2]?.trim() ?? '', address: bare, valid: true }
    : { name: '', address: entry, valid: false };
}

/** Whatever people type or paste: several entries, names with or without quotes, one a line. */
export function parseAddressList(text: string): Recipient[] {
  return splitEntries(text).flatMap((entry) => {
    const one = parseEntry(entry);
    if (one.valid) return [one];
    // "ann@example.org tom@example.org": blanks between bare addresses.
    const words = entry.split(/\s+/u);
    return words.length > 1 && words.every(isMailAddress) ? words.map(parseEntry) : [one];
  });
}

/** As it stands in a header, for drafts and forwarded headers. */
export function formatAddress({ name, address }: MailAddress): string {
  if (name === '') return address;
  return /^[\p{L}\p{N} !#$%&'*+\-/=?^_`{|}~]+$/u.test(name)
    ? `${name} <${address}>`
    : `"${name.replace(/["\\]/gu, '\\$&')}" <${address}>`;
}

export const sameAddress = (a: MailAddress, b: MailAddress): boolean =>
  a.address.toLowerCase() === b.address.toLowerCase();

/** Adds what is not there yet. */
export function addRecipients(list: readonly Recipient[], added: readonly Recipient[]): Recipient[] {
  const result = [...list];
  for (const one of added) if (!result.some((known) => sameAddress(known, one))) result.push(one);
  return result;
}
