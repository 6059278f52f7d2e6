/** Property ids ([MS-OXPROPS]) that a mail reader wants of TNEF. */
export const mapi = {
  subject: 0x0037,
  body: 0x1000,
  /** Of a read receipt or another report: "Message was read on …". */
  reportText: 0x1001,
  rtf: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  internetCodepage: 0x3fde,
  attachData: 0x3701,
  attachName: 0x3704,
  attachMethod: 0x3705,
  attachLongName: 0x3707,
  attachType: 0x370e,
  attachContentId: 0x3712,
} as const;

export interface MapiValue {
  type: number;
  bytes: Buffer;
}

const widths: Record<number, number> = {
  0x02: 4,
  0x03: 4,
  0x04: 4,
  0x05: 8,
  0x06: 8,
  0x07: 8,
  0x0a: 4,
  0x0b: 4,
  0x14: 8,
  0x40: 8,
  0x48: 16,
};
const variable = new Set([0x0d, 0x1e, 0x1f, 0x102]);

/** The MAPI properties of a TNEF attribute ([MS-OXTNEF] 2.1.3.4), the first value of each; ends at the first damage. */
export function readMapiProps(bytes: Buffer): Map<number, MapiValue> {
  const props = new Map<number, MapiValue>();
  let at = 0;
  const take = (length: number): Buffer | null => {
    if (length < 0 || at + length > bytes.length) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const word = (): number | null => take(4)?.readUInt32LE(0) ?? null;
  const padded = (length: number): Buffer | null => {
    const content = take(length);
    at = Math.min(bytes.length, at + ((4 - (length % 4)) % 4));
    return content;
  };
  const count = Math.min(word() ?? 0, 5_000);
  for (let i = 0; i < count; i++) {
    const head = word();
    if (head === null) break;
    const [type, id] = [head & 0xffff, head >>> 16];
    if (id >= 0x8000) {
      const kind = take(16) === null ? null : word();
      if (kind === null) break;
      const length = word();
      if (length === null || (kind === 1 && padded(length) === null)) break;
    }
    const many = (type & 0x1000) !== 0;
    const base = type & 0x0fff;
    const isVariable = variable.has(base);
    const width = widths[base];
    if (!isVariable && width === undefined) break;
    const values = many || isVariable ? word() : 1;
    if (values === null || values > 10_000) break;
    let first: Buffer | null = null;
    let whole = true;
    for (let n = 0; n < values && whole; n++) {
      const length = isVariable ? word() : (width ?? 0);
      const value = length === null ? null : isVariable ? padded(length) : take(length);
      if (value === null) whole = false;
      else first ??= value;
    }
    if (first !== null && !props.has(id)) props.set(id, { type: base, bytes: first });
    if (!whole) break;
  }
  return props;
}
