import type { DefectList } from './defect-list.ts';
import { readHeaderBlock, type HeaderField } from './header-block.ts';
import type { ReadLimits } from './limits.ts';
import type { Part } from './part.ts';
import type { TransferEncoding } from './transfer.ts';

/** How mailtool named kinds of data; others are bytes. */
const types: Record<string, string> = {
  text: 'text/plain',
  default: 'application/octet-stream',
  'default-app': 'application/octet-stream',
  html: 'text/html',
  'gif-file': 'image/gif',
  'jpeg-file': 'image/jpeg',
  'postscript-file': 'application/postscript',
  mail: 'message/rfc822',
};

/**
 * The parts of "Content-Type: X-Sun-Attachment" (Sun mailtool and dtmail, before MIME): each begins with
 * a line of ten hyphens and a header of X-Sun fields. Nested ones do not exist.
 */
export function sunParts(parent: Part, prefix: string, limits: ReadLimits, defects: DefectList): Part[] {
  const bytes = parent.source.subarray(0, parent.bodyEnd);
  const parts: Part[] = [];
  let at = separator(bytes, parent.bodyStart);
  while (at !== null && parts.length < 200) {
    const block = readHeaderBlock(bytes, at.next, () => false, limits, defects);
    const following = separator(bytes, block.bodyStart);
    const number = parts.length + 1;
    parts.push(
      describe(block.fields, parent, {
        partId: prefix === '' ? String(number) : `${prefix}.${number}`,
        headerStart: at.next,
        bodyStart: block.bodyStart,
        bodyEnd: following?.at ?? bytes.length,
      }),
    );
    at = following;
  }
  return parts;
}

function separator(bytes: Buffer, from: number): { at: number; next: number } | null {
  const mark = '----------';
  for (let at = bytes.indexOf(mark, from); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const begins = at === from || bytes[at - 1] === 10;
    const after = bytes[at + mark.length] === 13 ? at + mark.length + 1 : at + mark.length;
    if (begins && bytes[after] === 10) return { at, next: after + 1 };
  }
  return null;
}

function describe(
  fields: HeaderField[],
  parent: Part,
  place: Pick<Part, 'partId' | 'headerStart' | 'bodyStart' | 'bodyEnd'>,
): Part {
  const value = (name: string): string =>
    fields.find((field) => field.name.toLowerCase() === name)?.raw.trim() ?? '';
  const kind = value('x-sun-data-type').toLowerCase();
  const charset = value('x-sun-charset');
  const name = value('x-sun-data-name');
  const encodings = value('x-sun-encoding-info')
    .toLowerCase()
    .split(/[\s,]+/);
  const encoding: TransferEncoding = encodings.includes('uuencode')
    ? 'uuencode'
    : encodings.includes('base64')
      ? 'base64'
      : encodings.includes('quoted-printable')
        ? 'quoted-printable'
        : 'identity';
  // A compressed file stays what it is: the part is its bytes.
  const compressed = encodings.includes('compress');
  const isText = kind === 'text' && !compressed;
  return {
    ...place,
    fields,
    type: {
      value: compressed ? 'application/octet-stream' : (types[kind] ?? 'application/octet-stream'),
      params: new Map(charset === '' ? [] : [['charset', charset]]),
    },
    typed: true,
    disposition: {
      value: isText && name === 'text' ? 'inline' : 'attachment',
      params: new Map(name === '' || (isText && name === 'text') ? [] : [['filename', name]]),
    },
    encoding,
    encodingName: encodings.join(' '),
    contentId: null,
    source: parent.source,
    children: [],
  };
}
