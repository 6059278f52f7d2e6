/** What ends a mail without being seen. */
const empty = 'br, p, div, span, font, b, i, u, center, a:not([href])';
/** What is seen without a word. */
const seen =
  'img, hr, svg, video, audio, table, details, [style*="background"], [style*="border"], [bgcolor]';
const blank = /^[\s\u00a0\u200b]*$/;

/**
 * A sheet whose colour comes from the mail's own styles goes to the edges, as one that names it in place; and the empty
 * lines at the end of a mail, which programs leave by the dozen, are not drawn.
 */
export function settleSpace(document: Document): void {
  const mail = document.querySelector<HTMLElement>('.mail-body');
  if (mail === null) return;
  const { backgroundColor, backgroundImage } = (document.defaultView as Window).getComputedStyle(mail);
  // White is the sheet's own: it gains nothing, and its words would touch the edge.
  const isBare =
    /^(?:rgba\(.*, 0\)|rgb\(255, 255, 255\))$/.test(backgroundColor) && backgroundImage === 'none';
  mail.toggleAttribute('data-ground', !isBare);
  trimEnd(mail);
}

function trimEnd(within: Element): void {
  for (let last = within.lastChild; last !== null; last = within.lastChild) {
    if (last.nodeType === 1 && (last as Element).localName !== 'style') {
      const element = last as Element;
      if (!element.matches(empty) || element.matches(seen) || element.querySelector(seen) !== null) return;
      if (!blank.test(element.textContent ?? '')) {
        trimEnd(element);
        return;
      }
    } else if (last.nodeType !== 8 && !blank.test(last.nodeValue ?? '')) return;
    last.remove();
  }
}
