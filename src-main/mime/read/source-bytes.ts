import iconv from 'iconv-lite';

const cr = 13;
const lf = 10;
const fieldBegin = /^(?:\uFEFF)?[A-Za-z][A-Za-z-]{1,40}[ \t]*:/;

/**
 * The bytes of a message as its reader wants them: lines that end in LF. The length stays, so offsets stay true,
 * except for a file that an editor saved as UTF-16: that becomes UTF-8.
 */
export function sourceBytes(bytes: Uint8Array): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = fromUtf16(source);
  if (text !== null) return text;
  const head = source.subarray(0, 65_536);
  const firstFeed = head.indexOf(lf);
  // Bare carriage returns: old Macs, broken relays.
  if (firstFeed < 0)
    return head.includes(cr) ? Buffer.from(source.map((byte) => (byte === cr ? lf : byte))) : source;
  // LF CR, by those who mixed them up: every line of the header ends so.
  const mixedUp =
    head[firstFeed - 1] !== cr && head[firstFeed + 1] === cr && ![cr, lf].includes(head[firstFeed + 2] ?? lf);
  return mixedUp ? turned(source) : source;
}

function fromUtf16(source: Buffer): Buffer | null {
  if (source.length < 4 || !source.subarray(0, 4).some((byte) => byte === 0 || byte > 0xfd)) return null;
  const charset = source[0] === 0 || source[0] === 0xfe ? 'utf-16be' : 'utf-16le';
  if (!fieldBegin.test(iconv.decode(source.subarray(0, 200), charset))) return null;
  return Buffer.from(iconv.decode(source, charset));
}

function turned(source: Buffer): Buffer {
  const out = Buffer.from(source);
  for (let at = out.indexOf('\n\r'); at >= 0; at = out.indexOf('\n\r', at + 2)) {
    out[at] = cr;
    out[at + 1] = lf;
  }
  return out;
}
