import { randomBytes } from 'node:crypto';
import type { RemoteContent } from '../shell/shell.ts';

const mostImages = 200;
const mostBytes = 10 * 1024 * 1024;
const timeoutMs = 15_000;
/** Fetched side by side: with the size limit this bounds what a mail can make us hold at once. */
const sideBySide = 6;
const rasterTypes = /^image\/(png|gif|jpe?g|webp|bmp|avif|x-icon|vnd\.microsoft\.icon)\b/i;

/** Fetches over https only, certificates checked, no cookies, no referrer. Rejects on anything else. */
export type FetchImage = (
  url: string,
  limits: { maxBytes: number; timeoutMs: number },
) => Promise<{ contentType: string; body: Uint8Array }>;

/**
 * Pictures that the user asked to see: main fetches them and hands them out under unguessable tokens
 * of our own origin; the page itself never has a network.
 */
export interface RemoteImages {
  /** url → token path for those that came; how many did not. */
  load(urls: readonly string[]): Promise<{ tokens: Record<string, string>; failed: number }>;
  content(token: string): Promise<RemoteContent>;
}

export function createRemoteImages(fetchImage: FetchImage): RemoteImages {
  const pictures = new Map<string, { contentType: string; body: Uint8Array }>();
  let held = 0;

  function keep(token: string, picture: { contentType: string; body: Uint8Array }): void {
    pictures.set(token, picture);
    held += picture.body.length;
    for (const [oldest, old] of pictures) {
      if (held <= 8 * mostBytes || oldest === token) break;
      pictures.delete(oldest);
      held -= old.body.length;
    }
  }

  return {
    async load(urls) {
      const wanted = [...new Set(urls)].slice(0, mostImages);
      const tokens: Record<string, string> = {};
      const rest = wanted.values();
      const lane = async (): Promise<void> => {
        for (const url of rest) {
          try {
            // A picture that is only offered in clear is asked for over https or not at all.
            const picture = await fetchImage(url.replace(/^http:/i, 'https:'), {
              maxBytes: mostBytes,
              timeoutMs,
            });
            if (!rasterTypes.test(picture.contentType)) continue;
            const token = randomBytes(16).toString('hex');
            keep(token, picture);
            tokens[url] = `/remote/${token}`;
          } catch {
            // The count tells the user; which of a stranger's hosts failed is nobody's business.
          }
        }
      };
      await Promise.all(Array.from({ length: sideBySide }, lane));
      return { tokens, failed: urls.length - Object.keys(tokens).length };
    },
    content(token) {
      const picture = pictures.get(token);
      return Promise.resolve(
        picture === undefined
          ? { status: 403 }
          : { status: 200, contentType: picture.contentType, body: picture.body },
      );
    },
  };
}
