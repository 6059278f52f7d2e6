import { safeFilename } from '../../../src-shared/text/safe-filename.ts';
import { decodeWords, oneLine } from './encoded-words.ts';
import type { Part } from './part.ts';

const extensions: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/jpg': 'jpg',
  'image/pjpeg': 'jpg',
  'image/heic': 'heic',
  'image/avif': 'avif',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'image/bmp': 'bmp',
  'image/tiff': 'tif',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/x-zip-compressed': 'zip',
  'application/gzip': 'gz',
  'application/x-gzip': 'gz',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/pgp-keys': 'asc',
  'application/json': 'json',
  'application/rtf': 'rtf',
  'text/rtf': 'rtf',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/calendar': 'ics',
  'text/csv': 'csv',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'text/xml': 'xml',
  'application/xml': 'xml',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
};

/** A name for a part that has none: by what it is, with the extension that its type says. */
export function defaultName(part: Part): string {
  const type = part.type.value;
  const inner = part.children[0];
  if (inner !== undefined) {
    const subject = inner.fields.find((field) => field.name.toLowerCase() === 'subject')?.raw ?? '';
    const words = oneLine(decodeWords(subject)).replace(/[/\\]/g, '-').slice(0, 80);
    return `${safeFilename(words, 'message')}.eml`;
  }
  if (type === 'text/calendar') return 'invitation.ics';
  if (type === 'message/delivery-status') return 'delivery-status.txt';
  if (type === 'message/feedback-report') return 'feedback-report.txt';
  if (type === 'message/disposition-notification') return 'read-receipt.txt';
  if (type === 'text/rfc822-headers') return 'header.txt';
  if (type === 'application/pgp-signature') return 'signature.asc';
  if (type === 'application/pgp-encrypted') return 'pgp-version.txt';
  if (/^application\/(?:x-)?pkcs7-signature$/.test(type)) return 'smime.p7s';
  if (/^application\/(?:x-)?pkcs7-mime$/.test(type)) return 'smime.p7m';
  const extension = extensions[type];
  const base = type.startsWith('image/')
    ? 'image'
    : type.startsWith('audio/')
      ? 'sound'
      : type.startsWith('video/')
        ? 'video'
        : 'attachment';
  return extension === undefined ? base : `${base}.${extension}`;
}
