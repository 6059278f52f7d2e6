export interface PictureHead {
  type: string;
  /** Pixels as the file's head says them, before anything is decoded. */
  width: number;
  height: number;
}

/** More than any camera makes, less than what fills the memory: 64 megapixels are 256 MB when decoded. */
export const mostPixels = 64_000_000;
/** Of all pictures that one mail brings along: forty photographs. A few kilobytes can claim thousands of megapixels. */
export const mostPixelsOfMail = 500_000_000;

/** Pictures that no frame draws: what is called by such a name is listed as a file. A drawing in SVG is a program. */
const neverDrawn =
  /^image\/(?:svg|(?:x-)?(?:tiff?|wmf|emf|pict)|hei[cf]|jp[2mx]|jxl|vnd\.(?!microsoft\.icon))/i;

/** What is called a picture and may be drawn; its own bytes decide (`pictureHead`). */
export function isDrawnKind(contentType: string): boolean {
  return contentType.startsWith('image/') && !neverDrawn.test(contentType);
}

/**
 * Kind and size of a picture by its own first bytes: a name proves nothing, and a picture of a few bytes can be made
 * of a billion pixels. Null when it is none of the kinds that a frame draws, or does not say its size.
 */
export function pictureHead(bytes: Uint8Array): PictureHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const found = sizeOf(view);
    return found !== null && found.width > 0 && found.height > 0 ? found : null;
  } catch (error) {
    // Cut off before it says its size.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function sizeOf(view: DataView): PictureHead | null {
  const word = (at: number, length: number): string =>
    Array.from({ length }, (_, index) => String.fromCharCode(view.getUint8(at + index))).join('');
  if (word(0, 4) === '\x89PNG')
    return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
  if (word(0, 4) === 'GIF8')
    return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (word(0, 3) === '\xff\xd8\xff') return jpeg(view);
  if (word(0, 2) === 'BM')
    return view.getUint32(14, true) === 12
      ? { type: 'image/bmp', width: view.getUint16(18, true), height: view.getUint16(20, true) }
      : {
          type: 'image/bmp',
          width: Math.abs(view.getInt32(18, true)),
          height: Math.abs(view.getInt32(22, true)),
        };
  if (word(0, 4) === '\0\0\x01\0') return icon(view);
  if (word(0, 4) === 'RIFF' && word(8, 4) === 'WEBP') return webp(view, word(12, 4));
  if (/^ftypavi[fs]$/.test(word(4, 8))) return avif(view);
  return null;
}

/** The frame header (SOF) after any number of other segments. */
function jpeg(view: DataView): PictureHead | null {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    else at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** The largest of its pictures; a picture in it that is a PNG of its own says its own size. */
function icon(view: DataView): PictureHead {
  let largest = { width: 0, height: 0 };
  for (let entry = 0; entry < Math.min(64, view.getUint16(4, true)); entry += 1) {
    const at = 6 + entry * 16;
    const offset = view.getUint32(at + 12, true);
    const png = offset + 24 <= view.byteLength && view.getUint32(offset) === 0x89504e47;
    const size = png
      ? { width: view.getUint32(offset + 16), height: view.getUint32(offset + 20) }
      : { width: view.getUint8(at) || 256, height: view.getUint8(at + 1) || 256 };
    if (size.width * size.height > largest.width * largest.height) largest = size;
  }
  return { type: 'image/x-icon', ...largest };
}

function webp(view: DataView, chunk: string): PictureHead | null {
  const three = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (chunk === 'VP8X') return { type: 'image/webp', width: three(24) + 1, height: three(27) + 1 };
  if (chunk === 'VP8 ')
    return {
      type: 'image/webp',
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  if (chunk !== 'VP8L') return null;
  const bits = view.getUint32(21, true);
  return { type: 'image/webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** The largest of the sizes that its items name (ISO/IEC 23008-12, `ispe`). */
function avif(view: DataView): PictureHead | null {
  let largest: PictureHead | null = null;
  for (let at = 0; at + 16 <= Math.min(view.byteLength, 65_536); at += 1) {
    if (view.getUint32(at) !== 0x69737065) continue;
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (largest === null || width * height > largest.width * largest.height)
      largest = { type: 'image/avif', width, height };
  }
  return largest;
}
