import type { MessagePart } from '../../../src-shared/ipc/areas/mail.ts';
import { t } from '../../i18n/t.ts';
import type { MainClient } from '../../ipc/client.ts';
import { escapeHtml, textToHtml } from '../../message-html/text-to-html.ts';

export type PreviewKind = 'picture' | 'text' | 'mail';

const largest: Readonly<Record<PreviewKind, number>> = {
  picture: 20_000_000,
  text: 5_000_000,
  mail: 20_000_000,
};
const longestText = 200_000;
const textNames = /\.(?:txt|text|md|csv|tsv|log|json|xml|ya?ml|ini|patch|diff|ics|vcf|eml|html?)$/i;

/** How a file can be looked at here; null when it can only be saved. HTML and the like are shown as what is written in them. */
export function previewKind({ contentType, filename, size }: MessagePart): PreviewKind | null {
  const kind: PreviewKind | null =
    /^image\/(?:png|jpe?g|gif|webp|bmp|avif|x-icon|vnd\.microsoft\.icon)$/.test(contentType)
      ? 'picture'
      : contentType === 'message/rfc822' || /\.eml$/i.test(filename)
        ? 'mail'
        : contentType.startsWith('text/') || contentType === 'application/json' || textNames.test(filename)
          ? 'text'
          : null;
  return kind !== null && size <= largest[kind] ? kind : null;
}

export interface FilePreview {
  html: string;
  kind: 'html' | 'text';
  cut: boolean;
}

/** What a message frame shows for the file; null when its bytes are not of the kind that its name promises. */
export async function filePreview(
  main: MainClient,
  messageId: string,
  file: MessagePart,
): Promise<FilePreview | null> {
  const kind = previewKind(file);
  const content =
    kind === null ? null : await main.call('message.attachment', { messageId, partId: file.partId });
  if (content === null || !('base64' in content)) return null;
  if (kind === 'picture') {
    const type = pictureType(content.base64);
    return type === null
      ? null
      : {
          html: `<div class="mail-body"><img alt="${escapeHtml(file.filename)}" src="data:${type};base64,${content.base64}"></div>`,
          kind: 'html',
          cut: false,
        };
  }
  if (kind === 'mail') {
    const mail = await main.call('mime.inspect', { base64: content.base64 });
    const people = (list: readonly { name: string; address: string }[]): string =>
      list.map(({ name, address }) => (name === '' ? address : `${name} <${address}>`)).join(', ');
    const head = [
      [t('reader.rowFrom'), people(mail.from)],
      [t('reader.rowTo'), people(mail.to)],
      [t('reader.rowSubject'), mail.subject],
      [t('reader.rowDate'), mail.date ?? t('reader.noDate')],
    ]
      .map(([name = '', value = '']) => `<p><b>${escapeHtml(name)}</b>: ${escapeHtml(value)}</p>`)
      .join('');
    return {
      html: `<div>${head}<hr></div>${mail.html ?? textToHtml(mail.text)}`,
      kind: mail.html === null ? 'text' : 'html',
      cut: false,
    };
  }
  const text = decoded(Uint8Array.fromBase64(content.base64));
  return { html: textToHtml(text.slice(0, longestText)), kind: 'text', cut: text.length > longestText };
}

/** By the picture's first bytes: a name proves nothing. */
function pictureType(base64: string): string | null {
  const head = atob(base64.slice(0, 44));
  if (head.startsWith('\x89PNG')) return 'image/png';
  if (head.startsWith('GIF8')) return 'image/gif';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^RIFF[^]{4}WEBP/.test(head)) return 'image/webp';
  if (/^[^]{4}ftypavi[fs]/.test(head)) return 'image/avif';
  if (head.startsWith('BM')) return 'image/bmp';
  return head.startsWith('\0\0\x01\0') ? 'image/x-icon' : null;
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
