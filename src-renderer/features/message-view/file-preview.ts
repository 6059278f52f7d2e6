import type { MessagePart } from '../../../src-shared/ipc/areas/mail.ts';
import { fullDate } from '../../i18n/dates.ts';
import { t } from '../../i18n/t.ts';
import type { MainClient } from '../../ipc/client.ts';
import { beginningOfHtml, beginningOfText } from '../../message-html/clip-html.ts';
import { escapeHtml } from '../../message-html/text-to-html.ts';
import { calendarHtml } from './calendar-html.ts';
import { contactHtml } from './contact-html.ts';
import { previewKind } from './file-kind.ts';
import { mediaType } from './media-type.ts';
import { mostPixels, pictureHead } from '../../../src-shared/text/picture-head.ts';

const pagesAtOnce = 4;

export interface FilePreview {
  html: string;
  kind: 'html' | 'text';
  cut: boolean;
  /** A picture whose end is missing. */
  partly?: boolean;
  /** It has something that plays. */
  media: boolean;
  /** Pages of how many are shown; null for what has no pages. */
  pages: { shown: number; total: number } | null;
}

/** What cannot be shown although its kind is known; the sentence says why. */
export interface NoPreview {
  why: string;
}

const plain = { cut: false, media: false, pages: null };
const empty = (): NoPreview => ({ why: t('file.empty') });
const broken = (): NoPreview => ({ why: t('reader.previewBroken') });

/**
 * What a message frame shows for the file. `whenClosed` is told what to do when nobody looks any more.
 */
export async function filePreview(
  main: MainClient,
  messageId: string,
  file: MessagePart,
  whenClosed: (free: () => void) => void,
): Promise<FilePreview | NoPreview> {
  const kind = previewKind(file);
  if (kind === null) return broken();
  if (file.size === 0 && file.here !== false) return empty();
  if (kind === 'pdf') return await morePages(main, messageId, file, null);
  const content = await main.call('message.attachment', { messageId, partId: file.partId });
  if (!('base64' in content)) return broken();
  const { base64 } = content;
  if (base64 === '') return empty();
  if (kind === 'mail') return await mailPreview(main, base64);
  const bytes = Uint8Array.fromBase64(base64);
  if (kind === 'picture') {
    const head = pictureHead(bytes);
    if (head === null) return broken();
    if (head.width * head.height > mostPixels) return { why: t('file.tooManyPixels') };
    return {
      ...plain,
      html: `<div class="mail-body"><img alt="${escapeHtml(file.filename)}" src="data:${head.type};base64,${base64}"></div>`,
      kind: 'html',
      partly: isCutOff(bytes, head.type),
    };
  }
  if (kind === 'audio' || kind === 'video') {
    const type = mediaType(bytes);
    if (type === null) return broken();
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    whenClosed(() => URL.revokeObjectURL(address));
    const element = type.startsWith('audio/') ? 'audio' : 'video';
    return {
      ...plain,
      html: `<div class="mail-body"><${element} controls preload="metadata" controlslist="nodownload nofullscreen noremoteplayback" disablepictureinpicture disableremoteplayback style="display:block;width:100%;max-height:480px" aria-label="${escapeHtml(file.filename)}" src="${address}"></${element}></div>`,
      // In the colours of the window: the controls follow them.
      kind: 'text',
      media: true,
    };
  }
  const text = decoded(bytes);
  if (kind === 'contact' || kind === 'calendar') {
    const html = kind === 'contact' ? contactHtml(text) : calendarHtml(text);
    if (html !== null) return { ...plain, html, kind: 'text' };
  }
  const { html, cut } = beginningOfText(text);
  // What programs read means something by the place of its letters.
  return {
    ...plain,
    cut,
    html: isProse(file) ? html : `<div style="${oneWidth}">${html}</div>`,
    kind: 'text',
  };
}

const oneWidth =
  "font:14px/1.5 ui-monospace,'Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

function isProse({ contentType, filename }: MessagePart): boolean {
  return (
    /\.(?:txt|text|md)$/i.test(filename) ||
    (/^text\/(?:plain|markdown)$/.test(contentType) && !/\.[a-z0-9]{1,5}$/i.test(filename))
  );
}

/** Drawn as far as it goes: who looks at it must know that there was more. */
function isCutOff(bytes: Uint8Array, type: string): boolean {
  const end = type === 'image/png' ? [0x49, 0x45, 0x4e, 0x44] : type === 'image/jpeg' ? [0xff, 0xd9] : null;
  if (end === null) return false;
  // Some cameras write more behind it; what lies in the first half belongs to the small picture in its head.
  for (let at = bytes.length - end.length; at >= bytes.length / 2; at -= 1)
    if (end.every((byte, index) => bytes[at + index] === byte)) return false;
  return true;
}

/** The next pages of a PDF file behind those that are shown. @throws AppError why it cannot be drawn */
export async function morePages(
  main: MainClient,
  messageId: string,
  file: MessagePart,
  before: FilePreview | null,
): Promise<FilePreview> {
  const from = before?.pages?.shown ?? 0;
  const { total, pages } = await main.call('message.pdfPages', {
    messageId,
    partId: file.partId,
    from,
    count: pagesAtOnce,
  });
  const drawn = pages.map(({ width, height, base64, text }, at) => {
    const name = t('file.pageOf', { page: from + at + 1, total });
    return `<img style="display:block;width:100%;height:auto;aspect-ratio:${Math.max(1, width)}/${Math.max(1, height)};margin-block-end:16px;border:1px solid #dcdcd7" alt="${escapeHtml(text === '' ? name : `${name}: ${text}`)}" src="data:image/webp;base64,${base64}">`;
  });
  return {
    ...plain,
    html: `${before?.html ?? ''}${drawn.join('')}`,
    kind: 'html',
    pages: { shown: from + pages.length, total },
  };
}

async function mailPreview(main: MainClient, base64: string): Promise<FilePreview> {
  const mail = await main.call('mime.inspect', { base64 });
  const people = (list: readonly { name: string; address: string }[]): string =>
    list.map(({ name, address }) => (name === '' ? address : `${name} <${address}>`)).join(', ');
  const head = [
    [t('reader.rowFrom'), people(mail.from)],
    [t('reader.rowTo'), people(mail.to)],
    [t('reader.rowSubject'), mail.subject],
    [t('reader.rowDate'), mail.date === null ? t('reader.noDate') : fullDate(Date.parse(mail.date))],
    [t('reader.attachments'), mail.attachments.map(({ filename }) => filename).join(', ')],
  ]
    .filter(([name, value]) => value !== '' || name === t('reader.rowFrom'))
    .map(([name = '', value = '']) => `<p><b>${escapeHtml(name)}</b>: ${escapeHtml(value)}</p>`)
    .join('');
  const { html, cut } = mail.html === null ? beginningOfText(mail.text) : beginningOfHtml(mail.html);
  return {
    ...plain,
    // Our words stand over a stranger's in one document: theirs keep to their box.
    html: `<div>${head}<hr></div><div class="enclosed-mail">${html}</div>`,
    kind: mail.html === null ? 'text' : 'html',
    cut,
  };
}

function decoded(bytes: Uint8Array): string {
  for (const charset of ['utf-8', bytes[1] === 0 || bytes[0] === 0xff ? 'utf-16le' : 'windows-1252'])
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes);
    } catch {
      // The next one, then.
    }
  return new TextDecoder('windows-1252').decode(bytes);
}
