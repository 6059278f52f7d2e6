import type { ReceiptWish } from '../../../src-shared/ipc/areas/mail.ts';
import type { FolderRole } from '../../../src-shared/model/folder.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import { parseAddressField } from '../../mime/compose/address-list.ts';

const most = 5;

/**
 * Whether a mail asks for a read receipt that may be sent at all (RFC 8098 2.1). Null for what machines and
 * lists sent, for mail that is not to be read by us (sent, drafts, junk), and for wishes that cannot be read.
 */
export function receiptWish(
  mail: Pick<ReadMail, 'headers' | 'report' | 'from'>,
  role: FolderRole | null,
): ReceiptWish | null {
  const value = (name: string): string | null =>
    mail.headers.find((header) => header.name.toLowerCase() === name)?.value.trim() ?? null;
  const wished = value('disposition-notification-to');
  if (wished === null || wished === '' || wished.length > 2_000) return null;
  if (role === 'sent' || role === 'drafts' || role === 'junk' || role === 'trash') return null;
  if (mail.report !== null || isBulk(value)) return null;
  // RFC 8098 2.2: a receipt in a form that is demanded and not known is none.
  if (/=\s*required/i.test(value('disposition-notification-options') ?? '')) return null;
  const to = readAddresses(wished);
  if (to.length === 0 || to.length > most) return null;
  const sender = mail.from[0];
  const who = sender === undefined ? 'The sender' : sender.name === '' ? sender.address : sender.name;
  return {
    to,
    sentence: `${who} asks to be told that you read this.`,
    warning: warningOf(to, value('return-path')),
  };
}

function isBulk(value: (name: string) => string | null): boolean {
  if (['list-id', 'list-post', 'list-unsubscribe', 'mailing-list'].some((name) => value(name) !== null))
    return true;
  if (/^(?:bulk|list|junk)$/i.test(value('precedence') ?? '')) return true;
  if (!/^(?:no\b.*)?$/i.test(value('auto-submitted') ?? '')) return true;
  return /^<\s*>$/.test(value('return-path') ?? '');
}

function readAddresses(text: string): string[] {
  try {
    return [...new Set(parseAddressField('Disposition-Notification-To', text).map(({ address }) => address))];
  } catch {
    return [];
  }
}

/** RFC 8098 2.1: with another Return-Path, or none, nobody knows whether the wish is the sender's own. */
function warningOf(to: readonly string[], returnPath: string | null): string | null {
  const from = /<?([^\s<>]+@[^\s<>]+?)>?$/.exec(returnPath ?? '')?.[1] ?? null;
  const list = to.join(', ');
  if (from === null)
    return `The receipt would go to ${list}. Your server did not note where the message came from, so nobody can tell whether that is its sender.`;
  if (to.every((address) => address.toLowerCase() === from.toLowerCase())) return null;
  return `The receipt would go to ${list}, but the message came from ${from}.`;
}
