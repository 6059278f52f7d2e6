import { mostPixels, mostPixelsOfMail } from '../../src-shared/text/picture-head.ts';
import { trackerAt, type Tracker } from '../../src-shared/text/trackers.ts';
import { dataPicturePixels } from './data-picture.ts';

/**
 * The pictures of one message that lie on other people's servers. Held back unless `shown` names an
 * address of ours in their place.
 */
export class RemotePictures {
  /** Addresses in the order of their first appearance. */
  readonly urls = new Set<string>();
  /** Address → whose it is. Never fetched, not even when the user asks for the pictures. */
  readonly trackers = new Map<string, Tracker>();
  /** Remote content of kinds that are never loaded. */
  refused = 0;
  readonly #shown: ReadonlyMap<string, string>;
  /** Pictures that stand in their address → whether they are drawn. */
  readonly #enclosed = new Map<string, boolean>();
  #room = mostPixelsOfMail;

  constructor(shown: Readonly<Record<string, string>>) {
    this.#shown = new Map(Object.entries(shown));
  }

  /** Notes `raw` as a tracker when it is one. `tiny`: nobody would see it. */
  isTracker(raw: string, tiny: boolean): boolean {
    const url = remoteUrl(raw);
    if (url === null) return false;
    const { host, pathname, search } = new URL(url);
    const tracker = trackerAt(host, `${pathname}${search}`, tiny);
    if (tracker !== null) this.trackers.set(url, tracker);
    return tracker !== null;
  }

  /** What to load in place of `raw`, null for nothing. */
  resolve(raw: string): string | null {
    const url = remoteUrl(raw);
    if (url === null || this.isTracker(url, false)) return null;
    this.urls.add(url);
    const shown = this.#shown.get(url);
    // Only our own token addresses: whatever asked for more does not get it.
    return shown !== undefined && /^(?:[a-z][a-z0-9+.-]*:\/\/[\w.-]+)?\/remote\/[\w-]{1,200}$/i.test(shown)
      ? shown
      : null;
  }

  /** Whether a picture that stands in its address (data:) may be drawn: it is one, and does not fill the memory. */
  isDrawable(url: string): boolean {
    let drawn = this.#enclosed.get(url);
    if (drawn === undefined) {
      const pixels = dataPicturePixels(url);
      drawn = pixels !== null && pixels <= Math.min(mostPixels, this.#room);
      if (drawn) this.#room -= pixels ?? 0;
      else this.refused++;
      this.#enclosed.set(url, drawn);
    }
    return drawn;
  }

  hosts(): string[] {
    const hosts = new Set<string>();
    for (const url of this.urls) hosts.add(new URL(url).host);
    return [...hosts].sort();
  }
}

/** `raw` as an absolute http(s) address, null when it is none (or points to ourselves). */
export function remoteUrl(raw: string): string | null {
  const text = raw.trim();
  const absolute = text.startsWith('//') ? `https:${text}` : text;
  if (!/^https?:/i.test(absolute) || absolute.length > 8_192) return null;
  try {
    const url = new URL(absolute);
    return url.host === '' || url.host === 'app.invalid' || url.origin === globalThis.location?.origin
      ? null
      : url.href;
  } catch {
    return null;
  }
}
