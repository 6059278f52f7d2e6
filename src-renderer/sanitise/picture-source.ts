/** Wide enough for a mail on a dense screen; a larger one is only more to fetch. */
const wanted = 800;
const longest = 8_000;

/**
 * One address of a `srcset`, for a picture that has no other: the plain one, or the narrowest that is wide enough.
 * What becomes of it is decided as of any `src`.
 */
function oneOf(srcset: string): string | null {
  let best: { address: string; away: number } | null = null;
  let rest = srcset.slice(0, longest).replace(/^[\s,]+/, '');
  while (rest !== '') {
    const blank = rest.search(/\s/);
    const word = blank < 0 ? rest : rest.slice(0, blank);
    const bare = word.endsWith(',');
    const behind = rest.slice(word.length);
    const comma = bare ? 0 : behind.indexOf(',');
    const size = /^\s*(\d{1,6}(?:\.\d{1,4})?)([wx])\s*$/i.exec(comma < 0 ? behind : behind.slice(0, comma));
    const away = distance(Number(size?.[1] ?? 1), size?.[2]?.toLowerCase() === 'w');
    if (best === null || away < best.away) best = { address: word.replace(/,+$/, ''), away };
    rest = comma < 0 ? '' : behind.slice(comma).replace(/^[\s,]+/, '');
  }
  return best?.address ?? null;
}

/** Too narrow is worse than too wide. */
function distance(size: number, isWidth: boolean): number {
  if (!isWidth) return Math.abs(size - 1);
  return size >= wanted ? size - wanted : 10_000 + wanted - size;
}

/** Gives a picture without `src` one out of its `srcset`, or out of what stands beside it in its `picture`. */
export function chooseSource(element: Element): void {
  const isPicture = element.localName === 'picture';
  const image = isPicture ? element.querySelector('img') : element;
  if (image?.localName !== 'img' || (image.getAttribute('src') ?? '').trim() !== '') return;
  const sources = isPicture ? Array.from(element.querySelectorAll(':scope > source[srcset]')) : [];
  // One without a condition is meant for every screen.
  const plain = sources.find((source) => !source.hasAttribute('media')) ?? sources[0];
  const srcset = image.getAttribute('srcset') ?? plain?.getAttribute('srcset') ?? '';
  const address = oneOf(srcset);
  if (address !== null) image.setAttribute('src', address);
}
