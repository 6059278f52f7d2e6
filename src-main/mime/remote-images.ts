import { randomBytes } from 'node:crypto';
import { mostPixels, pictureHead } from '../../src-shared/text/picture-head.ts';
import type { FetchPublic } from '../platform/fetch-public.ts';
import type { RemoteContent } from '../shell/shell.ts';

const mostImages = 200;
const mostBytes = 10 * 1024 * 1024;
const timeoutMs = 15_000;
/** For asking over https what was only offered in clear: a host without it must not cost the whole time. */
const upgradeMs = 5_000;
/** Fetched side by side: with the size limit this bounds what a mail can make us hold at once. */
const sideBySide = 6;

interface Picture {
  contentType: string;
  body: Uint8Array;
}

/**
 * Pictures that the user asked to see: main fetches them and hands them out under unguessable tokens
 * of our own origin; the page itself never has a network.
 */
export interface RemoteImages {
  /** url → token path for those that came; how many did not. */
  load(urls: readonly string[]): Promise<{ tokens: Record<string, string>; failed: number }>;
  content(token: string): Promise<RemoteContent>;
}

export function createRemoteImages(fetchPublic: FetchPublic): RemoteImages {
  const pictures = new Map<string, Picture>();
  let held = 0;

  function keep(token: string, picture: Picture): void {
    pictures.set(token, picture);
    held += picture.body.length;
    for (const [oldest, old] of pictures) {
      if (held <= 8 * mostBytes || oldest === token) break;
      pictures.delete(oldest);
      held -= old.body.length;
    }
  }

  async function picture(url: string, within: number): Promise<Picture> {
    const { status, body } = await fetchPublic(url, { maxBytes: mostBytes, timeoutMs: within });
    // By its own first bytes, whatever the server calls it: SVG and XML are programs, not pictures.
    const head = status === 200 ? pictureHead(body) : null;
    if (head === null || head.width * head.height > mostPixels) throw new Error('not a picture to be drawn');
    return { contentType: head.type, body };
  }

  return {
    async load(urls) {
      const wanted = [...new Set(urls)].slice(0, mostImages);
      const tokens: Record<string, string> = {};
      const rest = wanted.values();
      /** Hosts that were asked in vain over https: not once for each picture. */
      const clearOnly = new Set<string>();
      const fetched = async (url: string): Promise<Picture> => {
        const { protocol, host } = new URL(url);
        if (protocol !== 'http:') return await picture(url, timeoutMs);
        if (!clearOnly.has(host)) {
          try {
            return await picture(url.replace(/^http:/i, 'https:'), upgradeMs);
          } catch {
            clearOnly.add(host);
          }
        }
        return await picture(url, timeoutMs);
      };
      const lane = async (): Promise<void> => {
        for (const url of rest) {
          try {
            const found = await fetched(url);
            const token = randomBytes(16).toString('hex');
            keep(token, found);
            tokens[url] = `/remote/${token}`;
          } catch {
            // The count tells the user; which of a stranger's hosts failed is nobody's business.
          }
        }
      };
      await Promise.all(Array.from({ length: sideBySide }, lane));
      return { tokens, failed: new Set(urls).size - Object.keys(tokens).length };
    },
    content(token) {
      const found = pictures.get(token);
      return Promise.resolve(found === undefined ? { status: 403 } : { status: 200, ...found });
    },
  };
}
