import type { MailAttachment, MailProtection, MailSection } from '../../../src-shared/model/mail.ts';
import { isDrawnKind } from '../../../src-shared/text/picture-head.ts';
import { pictureName } from '../../../src-shared/text/picture-name.ts';
import { AttachmentList, fileNameOf } from './attachment-list.ts';
import { DefectList } from './defect-list.ts';
import { disguisedFile } from './disguised-file.ts';
import { crudeText, htmlToPlain } from './html-text.ts';
import type { ReadLimits } from './limits.ts';
import type { Tnef } from './packed/tnef.ts';
import { readPartText } from './part-text.ts';
import { unobtrusiveSignature } from './protection.ts';
import { isMessageType, partBytes, type Part } from './part.ts';
import { findProtections } from './protection.ts';
import { shownPictures } from './shown-pictures.ts';
import { hasWords, sectionsOf, type Segment } from './sections.ts';
import { textBlock } from './text-block.ts';
import { parseTree } from './tree.ts';

export interface Bodies {
  text: string;
  html: string | null;
  attachments: MailAttachment[];
  inlineImages: Record<string, string>;
  shownPictures: Record<string, string>;
  protection: MailProtection[];
  sections: MailSection[];
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

/** A form of text that is not known here. */
function isStrange(type: string): boolean {
  return type.startsWith('text/') && !textual.has(type) && !notBody.has(type);
}

/** Text, HTML and attachments of a message (RFC 2046 5.1, RFC 2387), not those of messages inside it. */
export function readBodies(root: Part, limits: ReadLimits, defects: DefectList): Bodies {
  const collector = new Collector(limits, defects);
  let segments = collector.walk(root, true);
  if (!segments.some(hasWords)) {
    const nested = collector.nestedMessages[0];
    const { tnef } = collector;
    // Outlook's own form alone has the text; or a bare forward: show what it carries rather than nothing.
    if (tnef !== null) segments = [...segments, { text: tnef.text, html: tnef.html, unit: null }];
    else if (nested !== undefined)
      segments = [
        ...segments.filter(hasWords),
        ...new Collector(limits, new DefectList(0))
          .walk(nested, true)
          .map((segment): Segment => ({ ...segment, enclosed: true })),
      ];
  }
  const { text, html } = joined(segments, limits, defects);
  const seen = html === null ? '' : html.slice(0, limits.maxTextTotal);
  const cites = citedIds(seen);
  const shown = shownPictures(root, collector.attachments.list, seen);
  const inPlace = new Set(shown.values());
  const inlineImages: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const attachment of collector.attachments.list) {
    if (!isDrawnKind(attachment.contentType)) continue;
    const { contentId, partId } = attachment;
    const repeated = contentId !== null && contentId in inlineImages;
    if (contentId !== null && !repeated) inlineImages[contentId] = partId;
    attachment.embedded = inPlace.has(partId) || (contentId !== null && !repeated && cites(contentId));
  }
  const protection = findProtections(root);
  for (const one of protection) if (one.what === 'encrypted') defects.add('encrypted');
  return {
    text,
    html,
    attachments: collector.attachments.list,
    inlineImages: { ...inlineImages },
    shownPictures: namesOf(shown, collector.attachments.list),
    protection,
    sections: sectionsOf(segments, protection, { text, html }, (some) => joined(some, limits, defects)),
  };
}

/** What the HTML writes → the name that the window knows the picture by. */
function namesOf(
  shown: ReadonlyMap<string, string>,
  attachments: readonly MailAttachment[],
): Record<string, string> {
  const names = new Map(attachments.map((one) => [one.partId, pictureName(one)]));
  return Object.fromEntries([...shown].map(([written, partId]) => [written, names.get(partId) ?? '']));
}

function joined(
  segments: readonly Segment[],
  limits: ReadLimits,
  defects: DefectList,
): { text: string; html: string | null } {
  const anyHtml = segments.some((segment) => segment.html !== null);
  return {
    html: anyHtml
      ? segments.map((segment) => segment.html ?? textBlock(segment.text ?? '')).join('\n')
      : null,
    text: segments
      .map((segment) => segment.text ?? plain(segment.html ?? '', defects))
      .filter((piece) => piece.trim() !== '')
      .join('\n\n')
      .slice(0, limits.maxTextTotal),
  };
}

/** Whether HTML shows a part. It is read once: two thousand pictures in a long mail would each read it again. */
function citedIds(html: string): (contentId: string) => boolean {
  const cited = new Set<string>();
  for (const match of html.matchAll(/cid:([^"'\s<>]{1,1000})/gi)) {
    const id = (match[1] ?? '').replaceAll('&amp;', '&');
    // In CSS it stands in brackets, in attributes a bracket is its own.
    for (const one of [id, id.replace(/[)\\].*$/, ''), unescaped(id)]) cited.add(one);
  }
  return (contentId) => cited.has(contentId);
}

function unescaped(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function plain(html: string, defects: DefectList): string {
  const text = htmlToPlain(html);
  if (text === null) defects.add('html-unreadable');
  // Words where HTML has none (in the head): some write them all the same.
  return text === null || text === '' ? crudeText(html) : text;
}

class Collector {
  readonly attachments: AttachmentList;
  readonly nestedMessages: Part[] = [];
  /** What a winmail.dat says of the message itself, when it has words. */
  tnef: Tnef | null = null;
  readonly #limits: ReadLimits;
  readonly #defects: DefectList;
  #hasBody = false;

  constructor(limits: ReadLimits, defects: DefectList) {
    this.#limits = limits;
    this.#defects = defects;
    this.attachments = new AttachmentList(defects, limits.maxTextBytes);
  }

  walk(part: Part, first: boolean): Segment[] {
    const type = part.type.value;
    if (type.startsWith('multipart/') && part.children.length > 0) {
      if (type === 'multipart/alternative') return this.#alternative(part);
      if (type === 'multipart/related') return this.#related(part, first);
      if (/^multipart\/(?:x-)?appledouble$/.test(type) && this.attachments.addAppleDouble(part)) return [];
      return part.children.flatMap((child, index) => {
        const segments = this.walk(child, first && index === 0);
        // The first of two halves is what is signed (RFC 1847 2.1), with all that it holds.
        const signed = index === 0 && (type === 'multipart/signed' || unobtrusiveSignature(part) !== null);
        return signed ? segments.map((segment) => ({ ...segment, unit: part.partId })) : segments;
      });
    }
    if (type.startsWith('multipart/')) return [];
    if (isMessageType(type)) {
      const inner = part.children[0];
      if (inner !== undefined) this.nestedMessages.push(inner);
      this.#attach(part);
      return [];
    }
    const [signed] = part.children;
    if (signed !== undefined) {
      this.#attach(part);
      return this.walk(signed, first).map((segment) => ({ ...segment, unit: part.partId }));
    }
    const isBody = this.#isBody(part, first);
    const file = isBody ? disguisedFile(part) : null;
    if (isBody && file === null) return this.#body(part);
    this.#attach(part, file === null ? null : (fileNameOf(part) ?? file));
    if (type === 'message/partial' && part.type.params.get('number') === '1') {
      // The first piece begins with the header of the whole (RFC 2046 5.2.2): its text can be read as far as it goes.
      this.nestedMessages.push(parseTree(partBytes(part).bytes, this.#limits, new DefectList(0)));
    }
    return [];
  }

  #isBody(part: Part, first: boolean): boolean {
    const type = part.type.value;
    const disposition = part.disposition?.value ?? '';
    if (disposition === 'attachment') return false;
    const isText = textual.has(type) || isStrange(type);
    if (!isText) return false;
    // A text with a file name is a file, except where the body is expected (some mailers name it).
    return fileNameOf(part) === null || (first && !this.#hasBody);
  }

  /** The last form that can be shown is the best (RFC 2046 5.1.4); the plain one is kept beside it. */
  #alternative(part: Part): Segment[] {
    let text: string | null = null;
    let html: string | null = null;
    const units = new Set<string | null>();
    // "text/watch-html" and the like: forms for other programs, shown where there is no other.
    const known = part.children.filter(({ type, children }) => children.length > 0 || !isStrange(type.value));
    for (const child of known.some(({ type }) => /^(?:text|multipart)\//.test(type.value))
      ? known
      : part.children) {
      const hadBody = this.#hasBody;
      this.#hasBody = false;
      const segments = this.walk(child, true);
      this.#hasBody = hadBody || this.#hasBody;
      for (const segment of segments) units.add(segment.unit);
      const childHtml = segments.some((segment) => segment.html !== null);
      if (childHtml) {
        const joined = segments.map((segment) => segment.html ?? textBlock(segment.text ?? '')).join('\n');
        if (joined.trim() !== '') html = joined;
      } else if (segments.length > 0) {
        const joined = segments.map((segment) => segment.text ?? '').join('\n\n');
        if (text === null || joined.trim() !== '') text = joined;
      }
    }
    if (text === null && html === null) return [];
    const [unit = null, ...otherUnits] = units;
    // A signed form beside an unsigned one: which is shown is nobody's word.
    if (otherUnits.length > 0) return [{ text, html, unit: null }];
    // "Your program cannot show HTML" and the like: an empty plain form is none.
    return [{ text: text !== null && text.trim() === '' && html !== null ? null : text, html, unit }];
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
    const { isHtml, text, files } = readPartText(part, this.#limits, this.#defects);
    for (const file of files) this.attachments.addFromText(file);
    return [isHtml ? { text: null, html: text, unit: null } : { text, html: null, unit: null }];
  }

  #attach(part: Part, name: string | null = null): void {
    const tnef = this.attachments.add(part, name);
    if (tnef !== null && (tnef.html ?? tnef.text ?? '').trim() !== '') this.tnef ??= tnef;
  }
}
