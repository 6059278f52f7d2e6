import type { StructurePart } from '../../src-shared/model/structure.ts';

/** What was fetched of a message, by IMAP section names. */
export type Sections = ReadonlyMap<string, Uint8Array>;

interface JoinedParts {
  /** A message with the real header and the real headers of all parts; of those that wait only their first lines. */
  bytes: Buffer;
  /** How long it would be with all bodies: nothing but what stands before, between and behind the parts is left out. */
  wholeSize: number;
}

/** So much may stand around the parts of all multiparts: "This is a multi-part message in MIME format." */
export const mostAround = 8 * 1024;
/** Enough to tell what a file is, and how long its lines are. */
export const firstBytes = 400;

/** Null: something is missing, or not as long as the structure says. */
export function joinParts(
  root: StructurePart,
  sections: Sections,
  waiting: ReadonlySet<string>,
): JoinedParts | null {
  const header = headerOf(sections.get('HEADER'));
  if (header === null) return null;
  const pieces: Buffer[] = [header];
  let leftOut = 0;

  function body(part: StructurePart, partHeader: Buffer): boolean {
    if (!part.type.startsWith('multipart/')) {
      const bytes = sections.get(part.section);
      if (bytes === undefined) return false;
      const waits = waiting.has(part.section);
      if (waits ? bytes.length > firstBytes : bytes.length !== part.octets) return false;
      const shown = waits ? firstLines(bytes) : Buffer.from(bytes);
      if (shown === null) return false;
      leftOut += part.octets - shown.length;
      pieces.push(shown);
      return true;
    }
    const boundary = boundaryOf(partHeader);
    if (boundary === null) return false;
    for (const child of part.children) {
      const childHeader = headerOf(sections.get(`${child.section}.MIME`));
      if (childHeader === null) return false;
      pieces.push(Buffer.from(`--${boundary}\r\n`, 'latin1'), childHeader);
      if (!body(child, childHeader)) return false;
      pieces.push(Buffer.from('\r\n'));
    }
    pieces.push(Buffer.from(`--${boundary}--`, 'latin1'));
    return true;
  }

  if (!body(root, header)) return null;
  pieces.push(Buffer.from('\r\n'));
  const bytes = Buffer.concat(pieces);
  return { bytes, wholeSize: bytes.length + leftOut };
}

/** One part as a message of its own: its header and its body. */
export function partAlone(sections: Sections, section: string, body: Uint8Array): Buffer | null {
  const header = headerOf(sections.get(`${section}.MIME`));
  return header === null ? null : Buffer.concat([header, body]);
}

/** With the empty line behind it, which some servers give and others do not. */
function headerOf(given: Uint8Array | undefined): Buffer | null {
  if (given === undefined) return null;
  const text = Buffer.from(given).toString('latin1');
  // Bare line ends or an empty line inside: where it ends is a matter of opinion.
  if (/[^\r]\n|\r(?!\n)|\r\n\r\n(?![\r\n]*$)/.test(text)) return null;
  const fields = text.replace(/[\r\n]+$/, '');
  return Buffer.from(fields === '' ? '\r\n' : `${fields}\r\n\r\n`, 'latin1');
}

/** Whole lines of base64. Null: that is not what it is. */
function firstLines(bytes: Uint8Array): Buffer | null {
  const text = Buffer.from(bytes).toString('latin1');
  const end = text.lastIndexOf('\r\n');
  const lines = end > 0 ? text.slice(0, end) : text.slice(0, text.length - (text.length % 4));
  return /^(?:[A-Za-z0-9+/]{4}|\r\n)+$/.test(lines) ? Buffer.from(lines, 'latin1') : null;
}

function boundaryOf(header: Buffer): string | null {
  const fields = header.toString('latin1').replace(/\r\n[ \t]+/g, ' ');
  const types = fields.split('\r\n').filter((line) => /^content-type[ \t]*:/i.test(line));
  const [type] = types;
  if (type === undefined || types.length > 1) return null;
  const found = [
    ...type.matchAll(/;\s*boundary\s*=\s*(?:"([^"\\]{1,200})"|([^\s;"\\()]{1,200}))\s*(?=;|$)/gi),
  ];
  const boundary = found[0]?.[1] ?? found[0]?.[2];
  return found.length === 1 && boundary !== undefined && /^[!-~](?:[ -~]*[!-~])?$/.test(boundary)
    ? boundary
    : null;
}
