/**
 * The type of a picture by its own first bytes, whatever a server or a mail calls it; null when it is none
 * of the raster kinds that a frame may draw (SVG and XML are programs, not pictures).
 */
export function rasterType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 32)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^RIFF[^]{4}WEBP/.test(head)) return 'image/webp';
  if (/^[^]{4}ftyp(?:avif|avis)/.test(head)) return 'image/avif';
  if (head.startsWith('BM') && bytes.length > 26) return 'image/bmp';
  if (/^\x00\x00\x01\x00[^]\x00/.test(head)) return 'image/x-icon';
  return null;
}
