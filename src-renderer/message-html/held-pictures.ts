const held = 'img:is([data-remote-src], [data-cid]):not([src])';
const length = /^\d{1,5}(?:px|%)?$/;

/**
 * A neutral box with the words of each picture that is not shown: Chromium would draw its sign for a broken
 * one. The picture stays behind the box, which goes when the picture gets its address.
 */
export function boxHeldPictures(document: Document): void {
  for (const image of document.querySelectorAll<HTMLImageElement>(held)) {
    const words = (image.getAttribute('alt') ?? '').trim();
    const box = document.createElement('span');
    box.className = 'held-picture';
    box.textContent = words;
    if (words === '') box.setAttribute('aria-hidden', 'true');
    for (const side of ['width', 'height'] as const) {
      const size = image.style[side] || (image.getAttribute(side) ?? '').trim();
      if (size === '') continue;
      box.style[side] = length.test(size) && /\d$/.test(size) ? `${size}px` : size;
    }
    if (tiny(image)) box.hidden = true;
    image.before(box);
  }
}

/** What only counts readers is no picture. */
function tiny(image: HTMLImageElement): boolean {
  return ['width', 'height'].some((side) => /^[01](?:px)?$/.test((image.getAttribute(side) ?? '').trim()));
}
