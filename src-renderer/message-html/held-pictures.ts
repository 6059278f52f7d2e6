/** Asked for by nobody, or taken out for what it is: then it has words at least. */
const held = 'img:is([data-remote-src], [data-cid], [alt]:not([alt=""])):not([src])';
const length = /^\d{1,5}(?:px|%)?$/;

/**
 * A neutral box with the words of each picture that is not shown: Chromium would draw its sign for a broken
 * one. The picture stays behind the box, which goes when the picture gets its address.
 */
export function boxHeldPictures(within: Document | ShadowRoot): void {
  for (const image of within.querySelectorAll<HTMLImageElement>(held)) box(image);
  // Those that came to nothing before anybody could listen.
  for (const image of within.querySelectorAll('img'))
    if (image.hasAttribute('src') && image.complete && image.naturalWidth === 0) boxBroken(image);
  within.addEventListener(
    'error',
    ({ target }) => {
      // The frame's elements are of its own realm: no instanceof.
      if (target !== null && 'naturalWidth' in target) boxBroken(target as HTMLImageElement);
    },
    true,
  );
}

/** A picture that could not be had, or is none: as quiet as one that was never asked for. */
function boxBroken(image: HTMLImageElement): void {
  image.removeAttribute('src');
  image.removeAttribute('srcset');
  if (!image.matches(held)) image.setAttribute('data-remote-src', '');
  if (image.previousElementSibling?.className !== 'held-picture') box(image);
}

function box(image: HTMLImageElement): void {
  const words = (image.getAttribute('alt') ?? '').trim();
  const place = image.ownerDocument.createElement('span');
  place.className = 'held-picture';
  place.textContent = words;
  if (words === '') place.setAttribute('aria-hidden', 'true');
  for (const side of ['width', 'height'] as const) {
    const size = image.style[side] || (image.getAttribute(side) ?? '').trim();
    if (size === '') continue;
    place.style[side] = length.test(size) && /\d$/.test(size) ? `${size}px` : size;
  }
  if (tiny(image)) place.hidden = true;
  image.before(place);
}

/** What only counts readers is no picture. */
function tiny(image: HTMLImageElement): boolean {
  return ['width', 'height'].some((side) => /^[01](?:px)?$/.test((image.getAttribute(side) ?? '').trim()));
}
