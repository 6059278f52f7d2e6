import { trimEndBy } from '../../../src-shared/text/trim-end.ts';
import type { HeaderField } from './header-block.ts';
import { parseParameters, type ParameterValue } from './header-params.ts';
import { decodeTransfer, transferEncoding, type TransferEncoding } from './transfer.ts';

/**
 * A node of the MIME tree, as ranges of one buffer.
 */
export interface Part {
  partId: string;
  fields: HeaderField[];
  type: ParameterValue;
  /** True when the part itself says its type. */
  typed: boolean;
  disposition: ParameterValue | null;
  encoding: TransferEncoding;
  encodingName: string;
  contentId: string | null;
  /** What the offsets count in: the message, or the decoded bytes of an encoded message around this part. */
  source: Buffer;
  headerStart: number;
  bodyStart: number;
  bodyEnd: number;
  children: Part[];
}

/** What some wrote, and what they meant. */
const misspelt: readonly [RegExp, string][] = [
  [/^plain\/text$/, 'text/plain'],
  [/^(?:html|html\/text|text\/htm)$/, 'text/html'],
  [/^multipart\/?$/, 'multipart/mixed'],
  // "application-x-gzip", "image", "pdf": no type, but no text either.
  [
    /^(?:(?:application|image|audio|video)(?![^/]*\/[^/]+$).*|\.?(?:pdf|zip|docx?|xlsx?|jpe?g|png|gif))$/,
    'application/octet-stream',
  ],
];

export function describePart(
  fields: HeaderField[],
  source: Buffer,
  headerStart: number,
  bodyStart: number,
  inDigest: boolean,
): Part {
  const first = (name: string): string | null =>
    fields.find((field) => field.name.toLowerCase() === name)?.raw ?? null;
  const rawType = first('content-type');
  const type = rawType === null ? { value: '', params: new Map<string, string>() } : parseParameters(rawType);
  // Sun's mailtool: a multipart of its own kind.
  if (type.value === 'x-sun-attachment') type.value = 'multipart/x-sun-attachment';
  const meant = misspelt.find(([pattern]) => pattern.test(type.value))?.[1];
  if (meant !== undefined) type.value = meant;
  const typed = /^[^\s/;]+\/[^\s/;]+$/.test(type.value);
  if (!typed) type.value = untyped(type, inDigest);
  const rawDisposition = first('content-disposition');
  const encodingName = first('content-transfer-encoding') ?? '';
  const rawId = first('content-id');
  const contentId = rawId === null ? null : trimEndBy(rawId.replace(/^[\s<]+/, ''), /[\s>]/);
  return {
    partId: '',
    fields,
    type,
    typed: rawType !== null,
    disposition: rawDisposition === null ? null : parseParameters(rawDisposition),
    encoding: type.value.startsWith('multipart/') ? 'identity' : transferEncoding(encodingName),
    encodingName,
    contentId: contentId === '' ? null : contentId,
    source,
    headerStart,
    bodyStart,
    bodyEnd: bodyStart,
    children: [],
  };
}

/** RFC 2045 5.2: text, unless it says how its parts are separated ("multipart/multipart/mixed", "multipart mixed"). */
function untyped({ value, params }: ParameterValue, inDigest: boolean): string {
  if (value.startsWith('multi') && params.has('boundary'))
    return `multipart/${/alternative|related|report|signed|digest/.exec(value)?.[0] ?? 'mixed'}`;
  if (value === 'multipart') return 'multipart/mixed';
  return inDigest && value !== 'text' ? 'message/rfc822' : 'text/plain';
}

export function isMessageType(type: string): boolean {
  return type === 'message/rfc822' || type === 'message/global' || type === 'message/news';
}

/** Decoded bytes of a part; of a nested message or multipart as they stand. */
export function partBytes(part: Part): { bytes: Buffer; broken: boolean } {
  const body = part.source.subarray(part.bodyStart, part.bodyEnd);
  return decodeTransfer(body, part.encoding);
}
