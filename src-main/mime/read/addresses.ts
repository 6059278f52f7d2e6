import { parseAddressHeader } from 'mailparser';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { addressesIn } from '../../../src-shared/text/shown-name.ts';
import { trimEndBy } from '../../../src-shared/text/trim-end.ts';
import { mendAddressList } from './address-mends.ts';
import type { DefectList } from './defect-list.ts';
import { decodeWords, oneLine } from './encoded-words.ts';
import type { ReadLimits } from './limits.ts';

interface Entry {
  name?: string;
  address?: string;
  group?: Entry[];
}

/** Stands for "=?" while the list is taken apart; private use, so no mail means anything by it. */
const hidden = '\u{f8f0}';
const longestName = 250;
const severalAddresses = /^[^\s@]{1,200}@[^\s@]{1,250}(?: [^\s@]{1,200}@[^\s@]{1,250}){0,100}$/;
// RFC 5321 4.5.3.1.3 with room for what is wrong but real.
const longestAddress = 400;

/**
 * The addresses of one header value, groups laid flat. What is shown as an address stood outside
 * of names, quotes and comments: an encoded word or a quoted "@" never makes one.
 */
export function parseAddresses(raw: string, limits: ReadLimits, defects: DefectList): MailAddress[] {
  if (raw.trim() === '') return [];
  const { text, odd } = mendAddressList(raw);
  if (odd) defects.add('address-odd');
  let entries: Entry[];
  try {
    // Encoded words pass through the list parser as they are: decoded before, a comma in one would
    // split the list; decoded by it, a word in place of an address would vanish with its true domain.
    const parsed: { value: Entry[] } = parseAddressHeader(text.replaceAll('=?', hidden), {
      decodePunycode: false,
    });
    entries = parsed.value;
  } catch {
    defects.add('address-odd');
    return [{ name: cleanName(raw), address: '' }];
  }
  const out: MailAddress[] = [];
  collect(entries, out, limits, defects, 0, !/[<("]|=\?/.test(text));
  return out;
}

function collect(
  entries: readonly Entry[],
  out: MailAddress[],
  limits: ReadLimits,
  defects: DefectList,
  depth: number,
  /** Without brackets, quotes, comments and encoded words: whatever has an "@" is an address. */
  plainList: boolean,
): void {
  for (const entry of entries) {
    if (out.length >= limits.maxAddresses) {
      defects.add('addresses-too-many');
      return;
    }
    if (entry.group !== undefined && depth < 3) {
      collect(entry.group, out, limits, defects, depth + 1, plainList);
      continue;
    }
    const address = cleanAddress((entry.address ?? '').replaceAll(hidden, '=?'), defects);
    const name = cleanName((entry.name ?? '').replaceAll(hidden, '=?'));
    if (address === '' && !/[\p{L}\p{N}]/u.test(name)) continue;
    if (severalAddresses.test(name) && plainList) {
      // "ann@x bob@y": the blank stands for a comma.
      defects.add('address-odd');
      for (const one of [address, ...name.split(' ')])
        out.push({ name: '', address: cleanAddress(one, defects) });
      continue;
    }
    out.push({ name: name === address ? '' : name, address });
  }
}

function cleanAddress(text: string, defects: DefectList): string {
  let address = trimEndBy(oneLine(text).replace(/^<+/, ''), />/).replace(/^\[([^[\]]*@[^[\]]*)\]$/, '$1');
  if (address.length > longestAddress) {
    defects.add('address-odd');
    // The domain is what tells who it is: it stays whole, the local part is cut.
    const domain = address.slice(address.lastIndexOf('@') + 1).slice(-250);
    address = `${address.slice(0, 64)}…@${domain}`;
  }
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(local);
  const sound =
    at > 0 && /^[^\s@<>()",;:]+$|^\[[^\]\s]+\]$/.test(domain) && (quoted || /^[^\s@<>()",;:]+$/.test(local));
  if (!sound && address !== '') defects.add('address-odd');
  return address;
}

function cleanName(text: string): string {
  let name = oneLine(text.includes('=?') ? decodeWords(text) : text).replace(/\s+/g, ' ');
  if (!name.includes('<')) name = trimEndBy(name, /[>\s]/);
  name = name.replace(/ ?\[ ?\]$/, '');
  if (/^'[^']*'$/.test(name) && name.length > 2) name = name.slice(1, -1);
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}

/** The name holds a mail address, and it is not the one that it stands for. */
export function namesAnother({ name, address }: MailAddress): boolean {
  return addressesIn(name).some((one) => one.toLowerCase() !== address.toLowerCase());
}
