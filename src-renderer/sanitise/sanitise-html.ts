import type { Tracker } from '../../src-shared/text/trackers.ts';
import { Cleaner } from './cleaner.ts';
import { purify, type Purified } from './purify.ts';
import { RemotePictures } from './remote-pictures.ts';
import { tameHtml } from './tame-html.ts';

export interface SanitiseOptions {
  /** Remote address → our token address ("/remote/<token>"). Pictures that are not named here are held back. */
  remote?: Readonly<Record<string, string>>;
  /** Address as the mail writes it → `pictureName` of a part that comes with it. */
  enclosed?: Readonly<Record<string, string>>;
}

export interface SanitisedHtml {
  /** Style blocks and one `<div class="mail-body">`; pictures held back have `data-remote-src`, enclosed ones `data-cid` (`data-cid-background` behind words). */
  html: string;
  /** Remote pictures that can be shown on request. */
  remoteImages: string[];
  remoteHosts: string[];
  /** Pictures that only count readers: taken out, never fetched. */
  trackers: Tracker[];
  /** Elements, attributes and remote content that were taken out and cannot be shown. */
  blocked: number;
}

const longestHtml = 4 * 1024 * 1024;

/**
 * HTML from a stranger as HTML that can do nothing: no script, no request, no form, no way out of its
 * frame. Needs a document (a browser), runs no part of the mail, loads nothing. Never throws.
 */
export function sanitiseHtml(html: string, options: SanitiseOptions = {}): SanitisedHtml {
  const pictures = new RemotePictures(options.remote ?? {});
  const tame = tameHtml(html.slice(0, longestHtml));
  const enclosed = new Map(Object.entries(options.enclosed ?? {}));
  let purified: Purified;
  try {
    purified = purify(tame.html, enclosed);
  } catch {
    return {
      html: '<div class="mail-body"></div>',
      remoteImages: [],
      remoteHosts: [],
      trackers: [],
      blocked: 1,
    };
  }
  const { root, base, removed } = purified;
  const cleaner = new Cleaner(root.ownerDocument, pictures, base, enclosed);
  const out = cleaner.clean(root);
  return {
    html: out,
    remoteImages: [...pictures.urls],
    remoteHosts: pictures.hosts(),
    trackers: [...pictures.trackers.values()],
    blocked: removed + cleaner.removed + pictures.refused + (tame.cut ? 1 : 0),
  };
}
