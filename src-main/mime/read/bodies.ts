import { safeFilename } from '../../../src-shared/text/safe-filename.ts';
import type { MailAttachment } from '../../../src-shared/model/mail.ts';
import { decodeText } from './charset.ts';
import type { DefectList } from './defect-list.ts';
import { decodeWords, oneLine } from './encoded-words.ts';
import { unflow } from './flowed.ts';
import { crudeText, htmlToPlain } from './html-text.ts';
import type { ReadLimits } from './limits.ts';
import { defaultName } from './part-names.ts';
import { decodeTransfer, uuFiles } from './transfer.ts';
import { isMessageType, partBytes, type Part } from './tree.ts';

/** A piece of the body in reading order: one of both, or two forms of the same. */
interface Segment {
  text: string | null;
  html: string | null;
}

export interface Bodies {
  text: string;
  html: string | null;
  attachments: MailAttachment[];
  inlineImages: Record<string, string>;
}

const textual = new Set([
  'text/plain',
  'text/html',
  'text/enriched',
  'text/richtext',
  'text/markdown',
  'application/xhtml+xml',
]);
const notBody = new Set([
  'text/calendar',
  'text/vcard',
  'text/x-vcard',
  'text/directory',
  'text/rfc822-headers',
  'text/css',
  'text/javascript',
  'text/csv',
  'text/rtf',
  'text/x-moz-deleted',
  'text/x-amp-html',
]);

/** Text, HTML and attachments of a message (RFC 2046 5.1, RFC 2387), not those of messages inside it. */
export function readBodies(root: Part, limits: ReadLimits, defects: DefectList): Bodies {
  const collector = new Collector(limits, defects);
  let segments = collector.walk(root, true);
  if (!segments.some(hasWords)) {
    const nested = collector.nestedMessages[0];
    // A bare forward: show what it carries rather than nothing.
    if (nested !== undefined) segments = [...segments, ...new Collector(limits, defects).walk(nested, true)];
  }
  const anyHtml = segments.some((segment) => segment.html !== null);
  const html = anyHtml
    ? segments.map((segment) => segment.html ?? textBlock(segment.text ?? '')).join('\n')
    : null;
  const text = segments
    .map((segment) => segment.text ?? plain(segment.html ?? '', defects))
    .filter((piece) => piece.trim() !== '')
    .join('\n\n')
    .slice(0, limits.maxTextTotal);
  const cited = html === null ? '' : html.slice(0, limits.maxTextTotal);
  const inlineImages: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const attachment of collector.attachments) {
    if (attachment.contentId === null) continue;
    if (attachment.contentId in inlineImages) continue;
    if (attachment.contentType.startsWith('image/')) inlineImages[attachment.contentId] = attachment.partId;
    attachment.embedded =
      attachment.contentType.startsWith('image/') && citesContentId(cited, attachment.contentId);
  }
  return { text, html, attachments: collector.attachments, inlineImages: { ...inlineImages } };
}

function citesContentId(html: string, contentId: string): boolean {
  return (
    html.includes(`cid:${contentId}`) ||
    html.includes(`cid:${encodeURIComponent(contentId)}`) ||
    html.includes(`cid:${contentId.replace(/&/g, '&amp;')}`)
  );
}

function hasWords(segment: Segment): boolean {
  return (segment.text ?? '').trim() !== '' || (segment.html ?? '').trim() !== '';
}

function plain(html: string, defects: DefectList): string {
  const text = htmlToPlain(html);
  if (text === null) defects.add('html-unreadable');
  // Words where HTML has none (in the head): some write them all the same.
  return text === null || text === '' ? crudeText(html) : text;
}

function textBlock(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return `<div style="white-space: pre-wrap">${escaped}</div>`;
}

class Collector {
  readonly attachments: MailAttachment[] = [];
  readonly nestedMessages: Part[] = [];
  readonly #limits: ReadLimits;
  readonly #defects: DefectList;
  #hasBody = false;

  constructor(limits: ReadLimits, defects: DefectList) {
    this.#limits = limits;
    this.#defects = defects;
  }

  walk(part: Part, first: boolean): Segment[] {
    const type = part.type.value;
    if (type.startsWith('multipart/') && part.children.length > 0) {
      if (type === 'multipart/alternative') return this.#alternative(part);
      if (type === 'multipart/related') return this.#related(part, first);
      if (type === 'multipart/encrypted') this.#defects.add('encrypted');
      return part.children.flatMap((child, index) => this.walk(child, first && index === 0));
    }
    if (type.startsWith('multipart/')) return [];
    if (isMessageType(type)) {
      const inner = part.children[0];
      if (inner !== undefined) this.nestedMessages.push(inner);
      this.#attach(part);
      return [];
    }
    if (this.#isBody(part, first)) return this.#body(part);
    this.#attach(part);
    return [];
  }

  #isBody(part: Part, first: boolean): boolean {
    const type = part.type.value;
    const disposition = part.disposition?.value ?? '';
    if (disposition === 'attachment') return false;
    const isText = textual.has(type) || (type.startsWith('text/') && !notBody.has(type));
    if (!isText) return false;
    // A text with a file name is a file, except where the body is expected (some mailers name it).
    return fileNameOf(part) === null || (first && !this.#hasBody);
  }

  /** The last form that can be shown is the best (RFC 2046 5.1.4); the plain one is kept beside it. */
  #alternative(part: Part): Segment[] {
    let text: string | null = null;
    let html: string | null = null;
    for (const child of part.children) {
      const hadBody = this.#hasBody;
      this.#hasBody = false;
      const segments = this.walk(child, true);
      this.#hasBody = hadBody || this.#hasBody;
      const childHtml = segments.some((segment) => segment.html !== null);
      if (childHtml) {
        const joined = segments.map((segment) => segment.html ?? textBlock(segment.text ?? '')).join('\n');
        if (joined.trim() !== '') html = joined;
      } else if (segments.length > 0) {
        const joined = segments.map((segment) => segment.text ?? '').join('\n\n');
        if (text === null || text.trim() === '') text = joined;
      }
    }
    if (text === null && html === null) return [];
    // "Your program cannot show HTML" and the like: an empty plain form is none.
    return [{ text: text !== null && text.trim() === '' && html !== null ? null : text, html }];
  }

  #related(part: Part, first: boolean): Segment[] {
    const start = part.type.params.get('start')?.replace(/^<|>$/g, '');
    const root =
      part.children.find((child) => start !== undefined && child.contentId === start) ?? part.children[0];
    const segments: Segment[] = [];
    if (root !== undefined) segments.push(...this.walk(root, first));
    for (const child of part.children) if (child !== root) segments.push(...this.walk(child, false));
    return segments;
  }

  #body(part: Part): Segment[] {
    this.#hasBody = true;
    const { bytes, broken } = partBytes(part);
    if (broken) this.#defects.add('encoding-broken');
    if (part.encoding === 'unknown') this.#defects.add('encoding-unknown', oneLine(part.encodingName));
    const cut = bytes.length > this.#limits.maxTextBytes;
    if (cut) this.#defects.add('text-truncated');
    const shown = cut ? bytes.subarray(0, this.#limits.maxTextBytes) : bytes;
    const isHtml = part.type.value === 'text/html' || part.type.value === 'application/xhtml+xml';
    let label = part.type.params.get('charset') ?? null;
    if (label === null && isHtml) label = metaCharset(shown);
    const decoded = decodeText(shown, label);
    if (decoded.problem !== null) this.#defects.add(decoded.problem, oneLine(label ?? ''));
    const text = decoded.text.replace(/\r\n?/g, '\n').replaceAll('\0', '');
    if (isHtml) return [{ text: null, html: text }];
    if (part.type.value === 'text/enriched' || part.type.value === 'text/richtext')
      return [{ text: fromEnriched(text), html: null }];
    return [{ text: this.#plainText(part, text), html: null }];
  }

  #plainText(part: Part, text: string): string {
    let out = text;
    const files = part.encoding === 'uuencode' || !text.includes('begin') ? [] : uuFiles(text);
    for (const [index, file] of [...files.entries()].reverse()) {
      this.attachments.push({
        partId: `${part.partId}.uu${index + 1}`,
        filename: this.#safe(file.name, 'application/octet-stream'),
        contentType: 'application/octet-stream',
        size: file.bytes.length,
        disposition: 'attachment',
        contentId: null,
        embedded: false,
      });
      out = out.slice(0, file.from) + out.slice(file.to);
    }
    if (part.type.params.get('format')?.toLowerCase() === 'flowed') {
      out = unflow(out, part.type.params.get('delsp')?.toLowerCase() === 'yes');
    }
    return out;
  }

  #attach(part: Part): void {
    if (part.encoding === 'unknown') this.#defects.add('encoding-unknown', oneLine(part.encodingName));
    const disposition =
      part.disposition?.value === 'inline' || (part.disposition === null && part.contentId !== null)
        ? 'inline'
        : 'attachment';
    const smime =
      part.type.value.endsWith('pkcs7-mime') && part.type.params.get('smime-type') !== 'signed-data';
    if (smime) this.#defects.add('encrypted');
    const given = fileNameOf(part);
    this.attachments.push({
      partId: part.partId,
      filename: given === null ? defaultName(part) : this.#safe(given, part.type.value),
      contentType: part.type.value,
      size: decodedSize(part),
      disposition,
      contentId: part.contentId,
      embedded: false,
    });
  }

  #safe(name: string, contentType: string): string {
    const safe = safeFilename(name, contentType.startsWith('image/') ? 'image' : 'attachment');
    if (safe !== name.trim()) this.#defects.add('filename-changed', safe);
    return safe;
  }
}

export function fileNameOf(part: Part): string | null {
  const name = part.disposition?.params.get('filename') ?? part.type.params.get('name') ?? null;
  return name === null || name.trim() === '' ? null : decodeWords(name);
}

function decodedSize(part: Part): number {
  const length = part.bodyEnd - part.bodyStart;
  if (part.encoding === 'identity' || part.encoding === 'unknown') return length;
  if (part.encoding !== 'base64') return partBytes(part).bytes.length;
  // Exact for small parts; large ones are counted by their first line's length, without decoding all.
  if (length < 65_536)
    return decodeTransfer(part.source.subarray(part.bodyStart, part.bodyEnd), 'base64').bytes.length;
  const body = part.source.subarray(part.bodyStart, part.bodyEnd);
  const lineEnd = body.indexOf(10);
  const line = lineEnd < 0 ? length : lineEnd + 1;
  const breaks = lineEnd < 0 ? 0 : Math.ceil(length / line) * (body[lineEnd - 1] === 13 ? 2 : 1);
  const padding = body.subarray(-8).toString('latin1').split('=').length - 1;
  return Math.max(0, Math.floor(((length - breaks) * 3) / 4) - padding);
}

/** `<meta charset>` of an HTML part whose header names no character set. */
function metaCharset(bytes: Buffer): string | null {
  return (
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w:.-]{2,40})/i.exec(bytes.toString('latin1', 0, 2_048))?.[1] ??
    null
  );
}

/** text/enriched (RFC 1896): commands cut out, "<<" is "<", one line break is a blank. */
function fromEnriched(text: string): string {
  return text
    .replace(/<param>[^<]{0,500}<\/param>/gi, '')
    .replace(/<<|<\/?[A-Za-z-]{1,60}>/g, (tag) => (tag === '<<' ? '<' : ''))
    .replace(/\n+/g, (breaks) => (breaks.length === 1 ? ' ' : breaks.slice(1)));
}
