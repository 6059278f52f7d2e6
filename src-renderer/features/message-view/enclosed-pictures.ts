import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import { mostPixels, mostPixelsOfMail, pictureHead } from '../../../src-shared/text/picture-head.ts';
import type { MainClient } from '../../ipc/client.ts';

/** Many programs call a picture no more than bytes. */
const maybePicture = /^image\/(?!svg)|^application\/(?:octet-stream|x-unknown|unknown)$/;
const maxBytes = 20_000_000;

/**
 * Content-ID → data: address of the pictures that the message encloses and its HTML shows: of kinds that a frame draws
 * by their own bytes (a drawing in SVG is a program), and no more pixels than the memory has room for.
 */
export async function enclosedPictures(
  main: MainClient,
  message: FullMessage,
): Promise<Record<string, string>> {
  const html = message.html ?? '';
  const wanted = message.attachments.filter(
    (part) =>
      part.contentId !== null &&
      part.size <= maxBytes &&
      maybePicture.test(part.contentType) &&
      html.includes(part.contentId),
  );
  const found = await Promise.all(
    wanted.map(async ({ partId, contentId }) => {
      try {
        const content = await main.call('message.attachment', { messageId: message.messageId, partId });
        return 'base64' in content ? { id: contentId ?? '', base64: content.base64 } : null;
      } catch {
        // A picture that cannot be read stays an empty frame; the text is what matters.
        return null;
      }
    }),
  );
  const pictures: Record<string, string> = {};
  let room = mostPixelsOfMail;
  for (const one of found) {
    if (one === null) continue;
    const head = pictureHead(Uint8Array.fromBase64(one.base64));
    const pixels = head === null ? Infinity : head.width * head.height;
    if (head === null || pixels > Math.min(mostPixels, room)) continue;
    room -= pixels;
    pictures[one.id] = `data:${head.type};base64,${one.base64}`;
  }
  return pictures;
}
