const longest = 512 * 1024;

/** The header of a message with the empty line after it; enough to judge who sent it, however large the rest is. */
export function headerBytes(message: Uint8Array): Uint8Array {
  const bytes = Buffer.from(message.buffer, message.byteOffset, Math.min(message.byteLength, longest));
  const ends = ['\r\n\r\n', '\n\n', '\r\r']
    .map((mark) => [bytes.indexOf(mark, 0, 'latin1'), mark.length] as const)
    .filter(([at]) => at >= 0)
    .sort(([a], [b]) => a - b);
  const [at, length] = ends[0] ?? [bytes.length, 0];
  return bytes.subarray(0, at + length);
}
