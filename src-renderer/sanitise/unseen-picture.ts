/**
 * Whether a picture is drawn as a point or not at all; `style` is what its style attribute says. A line of one pixel
 * across the mail is a picture.
 */
export function isUnseen(image: HTMLElement, style: CSSStyleDeclaration): boolean {
  if (style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0') return true;
  const sides = [
    [style.width, style.maxWidth, image.getAttribute('width')],
    [style.height, style.maxHeight, image.getAttribute('height')],
  ].map((values) => values.find((value) => value !== null && value !== '')?.trim());
  const point = (size: string | undefined): boolean =>
    size !== undefined && /^0*[01](?:\.\d+)?(?:px)?$/.test(size);
  return sides.some(point) && sides.every((size) => size === undefined || point(size));
}
