import { decodeText } from '../charset.ts';
import { unpackRtf } from './lzfu.ts';
import { mapi, readMapiProps, type MapiValue } from './mapi-props.ts';
import { mostFiles, type PackedFile } from './packed-file.ts';
import { readRtf } from './rtf.ts';

export interface TnefFile extends PackedFile {
  contentId: string | null;
}

/** What a winmail.dat holds. */
export interface Tnef {
  files: TnefFile[];
  /** The text of the message in its best form; null when there is none. */
  html: string | null;
  text: string | null;
  broken: boolean;
}

const attribute = {
  subject: 0x00018004,
  body: 0x0002800c,
  attachData: 0x0006800f,
  attachTitle: 0x00018010,
  attachStart: 0x00069002,
  messageProps: 0x00069003,
  attachProps: 0x00069005,
  codepage: 0x00069007,
} as const;

interface Attachment {
  title: Buffer | null;
  data: Buffer | null;
  props: Map<number, MapiValue>;
}

export function isTnef(bytes: Buffer): boolean {
  return bytes.length > 6 && bytes.readUInt32LE(0) === 0x223e9f78;
}

/**
 * Transport Neutral Encapsulation Format ([MS-OXTNEF]); null when the bytes are none. Messages inside
 * give their text as a file, and their files, three levels deep. Damage ends it early.
 */
export function readTnef(bytes: Buffer, limit: number, depth = 0): Tnef | null {
  if (!isTnef(bytes)) return null;
  const attachments: Attachment[] = [];
  let props = new Map<number, MapiValue>();
  let body: Buffer | null = null;
  let codepage = 'windows-1252';
  let broken = false;
  let at = 6;
  while (at + 9 <= bytes.length) {
    const level = bytes[at] ?? 0;
    if (level !== 1 && level !== 2) break;
    const id = bytes.readUInt32LE(at + 1);
    const length = bytes.readUInt32LE(at + 5);
    const content = bytes.subarray(at + 9, at + 9 + length);
    broken ||= content.length < length;
    at += 9 + length + 2;
    if (id === attribute.attachStart) {
      if (attachments.length >= mostFiles) break;
      attachments.push({ title: null, data: null, props: new Map() });
    }
    const current = attachments.at(-1);
    if (id === attribute.codepage && content.length >= 4) codepage = `cp${content.readUInt32LE(0)}`;
    else if (id === attribute.messageProps) props = readMapiProps(content);
    else if (id === attribute.body) body = content;
    else if (current !== undefined && id === attribute.attachTitle) current.title = content;
    else if (current !== undefined && id === attribute.attachData) current.data = content;
    else if (current !== undefined && id === attribute.attachProps) current.props = readMapiProps(content);
  }
  const words = (value: MapiValue | undefined): string | null => {
    if (value === undefined) return null;
    return clean(
      value.type === 0x1f ? value.bytes.toString('utf16le') : decodeText(value.bytes, codepage).text,
    );
  };
  const files = attachments.flatMap((one) => filesOf(one, words, codepage, limit, depth));
  const shown = textOf(props, words, codepage, limit);
  return {
    files: files.slice(0, mostFiles),
    html: shown.html,
    text: shown.text ?? (body === null ? null : clean(decodeText(body, codepage).text)),
    broken,
  };
}

function clean(text: string): string {
  return text.replaceAll('\0', '').replace(/\r\n?/g, '\n');
}

type Words = (value: MapiValue | undefined) => string | null;

function textOf(
  props: Map<number, MapiValue>,
  words: Words,
  codepage: string,
  limit: number,
): Pick<Tnef, 'html' | 'text'> {
  const text = words(props.get(mapi.body)) ?? words(props.get(mapi.reportText));
  const rawHtml = props.get(mapi.html);
  if (rawHtml !== undefined) {
    const label =
      /charset\s*=\s*["']?([\w-]{2,40})/i.exec(rawHtml.bytes.toString('latin1', 0, 2_048))?.[1] ?? null;
    const number = props.get(mapi.internetCodepage)?.bytes;
    const said = label ?? (number?.length === 4 ? `cp${number.readUInt32LE(0)}` : codepage);
    const html = rawHtml.type === 0x1f ? words(rawHtml) : clean(decodeText(rawHtml.bytes, said).text);
    return { html, text };
  }
  const packed = props.get(mapi.rtf);
  const rtf = packed === undefined ? null : unpackRtf(packed.bytes, limit);
  if (rtf === null || rtf.length === 0) return { html: null, text };
  const read = readRtf(rtf);
  return read.kind === 'html' ? { html: read.text, text } : { html: null, text: text ?? read.text };
}

function filesOf(one: Attachment, words: Words, codepage: string, limit: number, depth: number): TnefFile[] {
  const title = one.title === null ? '' : clean(decodeText(one.title, codepage).text);
  const name =
    words(one.props.get(mapi.attachLongName)) ?? words(one.props.get(mapi.attachName)) ?? (title || null);
  const shownName = name ?? words(one.props.get(mapi.displayName)) ?? '';
  const object = one.props.get(mapi.attachData);
  if (object !== undefined && object.type === 0x0d && depth < 3) {
    // An object begins with the 16 bytes that say of which kind it is.
    const inner = readTnef(object.bytes.subarray(16), limit, depth + 1);
    if (inner !== null) return [...messageFile(inner, shownName), ...inner.files];
  }
  const kindLength = object?.type === 0x0d ? 16 : 0;
  const bytes = one.data ?? object?.bytes.subarray(kindLength) ?? Buffer.alloc(0);
  return [
    {
      name: shownName,
      bytes,
      contentType: words(one.props.get(mapi.attachType))?.toLowerCase() ?? null,
      contentId: words(one.props.get(mapi.attachContentId))?.replace(/^<|>$/g, '') ?? null,
      broken: false,
    },
  ];
}

function messageFile(inner: Tnef, name: string): TnefFile[] {
  const isHtml = inner.html !== null;
  const text = inner.html ?? inner.text;
  if (text === null) return [];
  return [
    {
      // A subject: "RE: a/b" is no path.
      name: `${name === '' ? 'message' : name.replace(/[/\\]/g, '-')}.${isHtml ? 'html' : 'txt'}`,
      bytes: Buffer.from(text),
      contentType: isHtml ? 'text/html' : 'text/plain',
      contentId: null,
      broken: inner.broken,
    },
  ];
}
