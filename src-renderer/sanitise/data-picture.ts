import { pictureHead } from '../../src-shared/text/picture-head.ts';

const raster =
  /^data:image\/(?:a?png|x-png|gif|p?jpe?g|webp|bmp|x-ms-bmp|x-icon|vnd\.microsoft\.icon|avif)(?:;[^,]*)?,/i;
/** Of the address, as a rule more than enough for the head of a picture; four letters are three bytes. */
const beginning = 400_000;

/** Pixels of a picture that stands in its address; null for what is none that may be drawn. */
export function dataPicturePixels(url: string): number | null {
  const start = raster.exec(url)?.[0];
  if (start === undefined) return null;
  const coded = url.slice(start.length);
  const bytesOf = /;\s*base64\s*,$/i.test(start) ? fromBase64 : fromPercent;
  const head =
    pictureHead(bytesOf(coded.slice(0, beginning))) ??
    // A camera may put a megabyte of words before the size.
    (coded.length > beginning ? pictureHead(bytesOf(coded)) : null);
  return head === null ? null : head.width * head.height;
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text.includes('%') ? unescapePercent(text) : text, {
      lastChunkHandling: 'stop-before-partial',
    });
  } catch {
    // The browser could not read it either.
    return new Uint8Array();
  }
}

const fromPercent = (text: string): Uint8Array =>
  Uint8Array.from(unescapePercent(text), (char) => char.charCodeAt(0));

const unescapePercent = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
