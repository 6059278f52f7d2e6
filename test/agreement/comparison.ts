import type { MailPart, ReadMail } from '../../src-shared/model/mail.ts';
import type { MailAddress } from '../../src-shared/model/message.ts';
import { safeFilename } from '../../src-shared/text/safe-filename.ts';

/** One thing that a golden result says about a mail, beside what the reader says. */
export interface Check {
  source: string;
  path: string;
  field: string;
  ours: string;
  theirs: string;
}

/** U+FFFD in a golden means that its program could not read a character there: it says nothing about it. */
export function agrees({ ours, theirs }: Check): boolean {
  if (ours === theirs) return true;
  if (!theirs.includes('\ufffd')) return false;
  const pattern = theirs.split(/\ufffd+/).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^\\x00-\\x7f]*')}$`, 's').test(ours);
}

/** Blanks joined: neither side promises how lines are broken. */
export const words = (text: string): string => text.replace(/[\s\u00a0]+/g, ' ').trim();

/** "name <address>", comma separated; entries without an address are left out. */
export function people(addresses: readonly MailAddress[]): string {
  return addresses
    .filter((one) => one.address !== '')
    .map((one) => `${words(one.name)} <${one.address.toLowerCase()}>`.trim())
    .join(', ');
}

/** What stands as file name in the mail's own words, "" when it has none. */
export function givenNames(mail: ReadMail): Map<string, string> {
  const names = new Map<string, string>();
  for (const part of allParts(mail.tree)) names.set(part.partId, part.filename ?? '');
  return names;
}

export function allParts(part: MailPart): MailPart[] {
  return [part, ...part.children.flatMap(allParts)];
}

/** Leaves in order; a message inside counts as one with its own leaves after it. */
export function leaves(part: MailPart): MailPart[] {
  return part.children.length === 0 ? [part] : part.children.flatMap(leaves);
}

/** A name as the reader would show it: goldens hold it raw. */
export function shownName(raw: string | null | undefined): string {
  if (raw === null || raw === undefined || raw.trim() === '') return '';
  // The mark of what a golden's program could not read must survive: see agrees.
  return safeFilename(raw.replace(/\ufffd+/g, '\u{e000}')).replaceAll('\u{e000}', '\ufffd');
}

/** Epoch seconds, "" when there is none. */
export function seconds(date: string | null): string {
  return date === null ? '' : String(Math.floor(Date.parse(date) / 1000));
}
