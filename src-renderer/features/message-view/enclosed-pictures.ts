import type { FullMessage, MessagePart } from '../../../src-shared/ipc/areas/mail.ts';
import {
  isDrawnKind,
  mostPixels,
  mostPixelsOfMail,
  pictureHead,
} from '../../../src-shared/text/picture-head.ts';
import { pictureName } from '../../../src-shared/text/picture-name.ts';
import type { MainClient } from '../../ipc/client.ts';

/** Many programs call a picture no more than bytes. */
const justBytes = /^application\/(?:octet-stream|x-unknown|unknown)$/;
const pictureEnding = /\.(?:png|jpe?g|jfif|gif|webp|bmp|avif|ico)$/i;
const maxBytes = 20_000_000;

/**
 * Name → data: address of the pictures that the message encloses and its HTML shows: of kinds that a frame draws
 * by their own bytes (a drawing in SVG is a program), and no more pixels than the memory has room for.
 */
export async function enclosedPictures(
  main: MainClient,
  message: FullMessage,
): Promise<Record<string, string>> {
  const hasPlace = placesIn(message.html ?? '');
  const wanted = message.attachments.filter((part) => part.size <= maxBytes && hasPlace(part));
  const found = await Promise.all(
    wanted.map(async (part) => {
      try {
        const content = await main.call('message.attachment', {
          messageId: message.messageId,
          partId: part.partId,
        });
        return 'base64' in content ? { id: pictureName(part), base64: content.base64 } : null;
      } catch {
        // A picture that cannot be read stays an empty frame; the text is what matters.
        return null;
      }
    }),
  );
  const pictures: Record<string, string> = {};
  let room = mostPixelsOfMail;
  for (const one of found) {
    if (one === null || Object.hasOwn(pictures, one.id)) continue;
    const head = pictureHead(Uint8Array.fromBase64(one.base64));
    const pixels = head === null ? Infinity : head.width * head.height;
    if (head === null || pixels > Math.min(mostPixels, room)) continue;
    room -= pixels;
    pictures[one.id] = `data:${head.type};base64,${one.base64}`;
  }
  return pictures;
}

/** How the browser writes what would end an attribute; some versions of it write brackets so. */
const marks: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&quot;': '"',
  '&nbsp;': '\u00a0',
  '&lt;': '<',
  '&gt;': '>',
};

/** Whether sanitised HTML has a place for a part, in its words or behind them, and it may be drawn there. It is read once. */
function placesIn(html: string): (part: MessagePart) => boolean {
  const names = new Set<string>();
  for (const [, name = ''] of html.matchAll(/ data-cid(?:-background)?="([^"]{0,2000})"/g))
    names.add(name.replace(/&(?:amp|quot|nbsp|lt|gt);/g, (mark) => marks[mark] ?? mark));
  return (part) =>
    (isDrawnKind(part.contentType) || justBytes.test(part.contentType)) && names.has(pictureName(part));
}

/** Parts that the text shows in their place. What says nowhere that it is a picture may be none, and be drawn nowhere. */
export function shownInPlace(message: FullMessage): (part: MessagePart) => boolean {
  const hasPlace = placesIn(message.html ?? '');
  // Some programs give all pictures of a mail one Content-ID: the first is drawn.
  const first = new Map<string, string>();
  for (const part of message.attachments.filter(hasPlace))
    if (!first.has(pictureName(part))) first.set(pictureName(part), part.partId);
  return (part) =>
    first.get(pictureName(part)) === part.partId &&
    (isDrawnKind(part.contentType) || pictureEnding.test(part.filename));
}
