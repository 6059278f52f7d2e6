/** One BER element: where its content stands, and where the next one begins. */
interface Element {
  tag: number;
  from: number;
  to: number;
  next: number;
}

const sequence = 0x30;
const explicit0 = 0xa0;
const oid = 0x06;
const octets = 0x04;
const constructedOctets = 0x24;
const signedData = '2a864886f70d010702';
const most = 10_000;
/** Recursion ends long before the stack does. */
const deepest = 200;

/**
 * The content of a CMS SignedData that carries it (RFC 5652 5), null for all else. Only the way to the
 * content is read, nothing checked. BER with its indefinite lengths, as mail programs write it.
 */
export function signedContent(bytes: Buffer): Buffer | null {
  let budget = most;
  let depth = 0;
  const element = (at: number, end: number): Element | null => {
    if (--budget < 0 || at + 2 > end) return null;
    const tag = bytes[at] ?? 0;
    if ((tag & 0x1f) === 0x1f) return null;
    const first = bytes[at + 1] ?? 0;
    if (first < 0x80) return whole(tag, at + 2, first, end);
    if (first > 0x80) {
      const size = first & 0x7f;
      if (size > 4 || at + 2 + size > end) return null;
      return whole(tag, at + 2 + size, bytes.readUIntBE(at + 2, size), end);
    }
    if ((tag & 0x20) === 0) return null;
    // Indefinite: until two zero bytes on the same level.
    let next = at + 2;
    if (++depth > deepest) return null;
    while (next + 1 < end && !(bytes[next] === 0 && bytes[next + 1] === 0)) {
      const inner = element(next, end);
      if (inner === null) return null;
      next = inner.next;
    }
    depth--;
    return { tag, from: at + 2, to: Math.min(next, end), next: Math.min(next + 2, end) };
  };
  const whole = (tag: number, from: number, length: number, end: number): Element => {
    const to = Math.min(from + length, end);
    return { tag, from, to, next: to };
  };
  const inside = (outer: Element | null, tag: number, skip: number): Element | null => {
    if (outer === null) return null;
    let at = outer.from;
    for (let i = 0; i <= skip; i++) {
      const one = element(at, outer.to);
      if (one === null) return null;
      if (i === skip) return one.tag === tag ? one : null;
      at = one.next;
    }
    return null;
  };
  const joined = (one: Element, level = 0): Buffer => {
    if (one.tag === octets) return bytes.subarray(one.from, one.to);
    const pieces: Buffer[] = [];
    let at = one.from;
    while (at < one.to) {
      const piece = element(at, one.to);
      if (piece === null || (piece.tag !== octets && piece.tag !== constructedOctets)) break;
      if (level > deepest) break;
      pieces.push(joined(piece, level + 1));
      at = piece.next;
    }
    return Buffer.concat(pieces);
  };
  const info = element(0, bytes.length);
  if (info?.tag !== sequence) return null;
  const type = inside(info, oid, 0);
  if (type === null || bytes.toString('hex', type.from, type.to) !== signedData) return null;
  // SignedData: version, digest algorithms, the content with its type, …
  const content = inside(inside(inside(info, explicit0, 1), sequence, 0), sequence, 2);
  const wrapped = inside(content, explicit0, 1);
  const first = wrapped === null ? null : element(wrapped.from, wrapped.to);
  return first === null || (first.tag !== octets && first.tag !== constructedOctets) ? null : joined(first);
}
