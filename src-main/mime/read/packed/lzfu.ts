/** What the dictionary holds at the start ([MS-OXRTFCP] 2.1.2.1). */
const beginning =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';

/** Compressed RTF ([MS-OXRTFCP]), at most `limit` bytes of it; null when it is none. Damage ends it early. */
export function unpackRtf(packed: Buffer, limit: number): Buffer | null {
  if (packed.length < 16) return null;
  const size = packed.readUInt32LE(4);
  const kind = packed.toString('latin1', 8, 12);
  if (kind === 'MELA') return packed.subarray(16, 16 + Math.min(size, limit));
  if (kind !== 'LZFu') return null;
  const out = Buffer.alloc(Math.min(size, limit, packed.length * 17));
  const dictionary = Buffer.alloc(4096);
  let write = dictionary.write(beginning, 'latin1');
  let length = 0;
  let at = 16;
  const end = Math.min(packed.length, packed.readUInt32LE(0) + 4);
  const put = (byte: number): void => {
    dictionary[write] = byte;
    write = (write + 1) & 4095;
    if (length < out.length) out[length++] = byte;
  };
  while (at < end && length < out.length) {
    const control = packed[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < end; bit++) {
      if ((control & (1 << bit)) === 0) {
        put(packed[at++] ?? 0);
        continue;
      }
      const word = ((packed[at] ?? 0) << 8) | (packed[at + 1] ?? 0);
      at += 2;
      const offset = word >> 4;
      // A reference to the place of writing ends the text.
      if (offset === write) return out.subarray(0, length);
      for (let i = 0; i < (word & 15) + 2; i++) put(dictionary[(offset + i) & 4095] ?? 0);
    }
  }
  return out.subarray(0, length);
}
