import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import type { MainClient } from '../../ipc/client.ts';

/** Pictures that scripts could hide in are left out; the rest the frame draws. */
const drawable = /^image\/(?:png|jpe?g|gif|webp|bmp|avif|x-icon)$/;
const maxBytes = 20_000_000;

/** Content-ID → data: address of the pictures that the message encloses and its HTML shows. */
export async function enclosedPictures(
  main: MainClient,
  message: FullMessage,
): Promise<Record<string, string>> {
  const html = message.html ?? '';
  const wanted = message.attachments.filter(
    (part) =>
      part.contentId !== null &&
      part.size <= maxBytes &&
      drawable.test(part.contentType) &&
      html.includes(part.contentId),
  );
  const found = await Promise.all(
    wanted.map(async (part): Promise<[string, string] | null> => {
      try {
        const content = await main.call('message.attachment', {
          messageId: message.messageId,
          partId: part.partId,
        });
        return 'base64' in content
          ? [part.contentId ?? '', `data:${part.contentType};base64,${content.base64}`]
          : null;
      } catch {
        // A picture that cannot be read stays an empty frame; the text is what matters.
        return null;
      }
    }),
  );
  return Object.fromEntries(found.filter((entry) => entry !== null));
}
