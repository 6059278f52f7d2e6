import type { MailAttachment } from '../../../src-shared/model/mail.ts';
import { unescapeHtml } from './html-text.ts';
import { locationsIn, wholeAddress } from './locations.ts';
import type { Part } from './part.ts';

/** Each address is looked for behind each base: a letter has one or two, and no more than some hundred pictures. */
const mostBases = 10;
const mostBehindBases = 5_000;

/**
 * Which parts HTML shows as its pictures: what it writes of them → part number. By Content-ID (RFC 2392), also where
 * that is written oddly, by Content-Location (RFC 2557), or by name where a picture has no Content-ID.
 * The HTML is read once, whatever the number of parts.
 */
export function shownPictures(
  root: Part,
  attachments: readonly MailAttachment[],
  html: string,
): Map<string, string> {
  const shown = new Map<string, string>();
  if (attachments.length === 0 || html === '') return shown;
  const ids = new Map<string, string>();
  for (const { contentId, filename, partId } of attachments) {
    const forms =
      contentId === null ? [filename] : [contentId, bareId(contentId), bareId(contentId).toLowerCase()];
    for (const form of forms) if (!ids.has(form)) ids.set(form, partId);
  }
  const listed = new Set(attachments.map(({ partId }) => partId));
  const { parts, bases } = locationsIn(root);
  const base = baseIn(html);
  const starts = parts.size === 0 ? [] : [...(base === null ? bases : [base])].slice(0, mostBases);
  let left = mostBehindBases;
  const partFor = (written: string): string | undefined => {
    const id = /^cid:(.*)$/is.exec(written)?.[1];
    if (id !== undefined) return ids.get(id) ?? ids.get(bareId(id)) ?? ids.get(bareId(id).toLowerCase());
    for (const start of left > 0 ? starts : []) {
      left -= 1;
      const found = parts.get(wholeAddress(written, start));
      if (found !== undefined) return found;
    }
    // "cid:" was forgotten, or the two have bases of their own.
    return parts.get(written) ?? (written.includes('@') ? ids.get(written) : undefined);
  };
  for (const written of addressesIn(html)) {
    const partId = partFor(written);
    if (partId !== undefined && listed.has(partId)) shown.set(written, partId);
  }
  return shown;
}

const address =
  /(?:\b(?:src|background)\s{0,20}=|\burl\()\s{0,20}(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s"'>)]{1,2000}))/gi;

function addressesIn(html: string): Set<string> {
  const found = new Set<string>();
  for (const [, double, single, bare] of html.matchAll(address))
    found.add(unescapeHtml(double ?? single ?? bare ?? '').trim());
  return found;
}

function baseIn(html: string): string | null {
  const written = /<base\b[^>]{0,200}?\bhref\s{0,20}=\s{0,20}["']?([^\s"'>]{1,2000})/i.exec(html)?.[1];
  return written === undefined ? null : (URL.parse(unescapeHtml(written))?.href ?? null);
}

/** Without the brackets of the header, and without the escapes of an address. */
function bareId(id: string): string {
  let bare = id.trim();
  try {
    bare = decodeURIComponent(bare);
  } catch {
    // A "%" of its own.
  }
  return bare.replace(/^\s*<|>\s*$/g, '');
}
