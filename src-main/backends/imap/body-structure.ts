import { listOf, rawOf, type Value } from './port.ts';

const signatures = new Set(['pgp-signature', 'pkcs7-signature', 'x-pkcs7-signature', 'pgp-encrypted']);

/**
 * Whether a list shows the paper clip: a part that is marked as attachment, has a file name, or is
 * neither text nor shown inside the text. Signatures and inline pictures of an HTML part do not count.
 */
export function hasAttachments(structure: Value | undefined, depth = 0): boolean {
  const parts = listOf(structure);
  if (parts.length === 0 || depth > 50) return false;
  if (!Array.isArray(parts[0])) return leafIsAttachment(parts, depth);
  let children = 0;
  while (Array.isArray(parts[children])) children++;
  const subtype = rawOf(parts[children]).toLowerCase();
  const related = subtype === 'related';
  for (let i = 0; i < children; i++) {
    const child = parts[i];
    if (related && i > 0 && isInlinePicture(listOf(child))) continue;
    if (hasAttachments(child, depth + 1)) return true;
  }
  return false;
}

function isInlinePicture(leaf: Value[]): boolean {
  return (
    rawOf(leaf[0]).toLowerCase() === 'image' &&
    rawOf(leaf[3]) !== '' &&
    disposition(leaf).kind !== 'attachment'
  );
}

function leafIsAttachment(leaf: Value[], depth: number): boolean {
  const type = rawOf(leaf[0]).toLowerCase();
  const subtype = rawOf(leaf[1]).toLowerCase();
  if (signatures.has(subtype)) return false;
  const { kind, fileName } = disposition(leaf);
  if (kind === 'attachment') return true;
  if (type === 'text') return fileName || (depth > 0 && parameter(leaf[2], 'name') && kind !== 'inline');
  // delivery-status, disposition-notification: read, not kept. rfc822 and the rest: kept.
  if (type === 'message') return subtype !== 'delivery-status' && subtype !== 'disposition-notification';
  if (type === 'multipart') return false;
  return true;
}

/** body-fld-dsp is at 8 for plain leaves, 9 for text, 11 for message/rfc822: found by its shape. */
function disposition(leaf: Value[]): { kind: string; fileName: boolean } {
  for (let i = 7; i < leaf.length; i++) {
    const item = leaf[i];
    if (!Array.isArray(item) || item.length < 1 || item.length > 2 || typeof item[0] !== 'string') continue;
    const kind = item[0].toLowerCase();
    if (kind !== 'attachment' && kind !== 'inline') continue;
    return { kind, fileName: parameter(item[1], 'filename') };
  }
  return { kind: '', fileName: false };
}

/** Parameter lists: ("name" "x.pdf"). RFC 2231 names end in "*" or "*0*". */
function parameter(value: Value | undefined, name: string): boolean {
  const list = listOf(value);
  for (let i = 0; i + 1 < list.length; i += 2) {
    const key = rawOf(list[i]).toLowerCase();
    if (key === name || key.startsWith(`${name}*`)) return rawOf(list[i + 1]) !== '';
  }
  return false;
}

/** What the first text part says that its characters are in; null when it does not say. */
export function textCharset(structure: Value | undefined): string | null {
  let part = listOf(structure);
  for (let depth = 0; depth < 50 && Array.isArray(part[0]); depth++) part = part[0];
  if (rawOf(part[0]).toLowerCase() !== 'text') return null;
  const list = listOf(part[2]);
  for (let i = 0; i + 1 < list.length; i += 2)
    if (rawOf(list[i]).toLowerCase() === 'charset') return rawOf(list[i + 1]);
  return null;
}
