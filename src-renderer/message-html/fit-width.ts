/** Smaller than this, words are no longer read; what is wider still is moved through. */
const smallest = 0.55;
/** Of mails with thousands of tables in letters of one width, the first are fitted. */
const mostBlocks = 300;

/** How much of a mail that is wider than its frame is seen, in pixels of the window. */
export interface Across {
  seen: number;
  whole: number;
  /** From right to left: places count down from 0. */
  rtl: boolean;
}

/**
 * Makes a mail that was laid out for a wider place smaller, as a whole, until it fits; tables and drawings of a plain
 * text one by one. What would be too small to read stays as large as it is, and is told. Who wants larger letters gets
 * them all the same.
 */
export function fitWidth(document: Document): Across | null {
  const root = document.documentElement;
  const zoom = Number(document.defaultView?.getComputedStyle(root).getPropertyValue('--zoom')) || 1;
  for (const block of Array.from(document.querySelectorAll<HTMLElement>('.mail-text .columns')).slice(
    0,
    mostBlocks,
  )) {
    block.style.removeProperty('zoom');
    const share = fitting(block, zoom);
    if (share < 1) block.style.setProperty('zoom', String(share));
  }
  const mail = document.querySelector<HTMLElement>('.mail-body');
  if (mail === null) return null;
  root.style.removeProperty('--fit');
  const share = fitting(mail, zoom);
  if (share < 1) root.style.setProperty('--fit', String(share));
  const { clientWidth, scrollWidth } = mail;
  if (scrollWidth <= clientWidth + 1) return null;
  // Whatever the mail says of its own edges.
  mail.style.setProperty('overflow-x', 'auto', 'important');
  const seen = mail.getBoundingClientRect().width;
  return {
    seen,
    whole: (seen * scrollWidth) / clientWidth,
    rtl: document.defaultView?.getComputedStyle(mail).direction === 'rtl',
  };
}

/** By how much it must be smaller; 1 where it fits, or cannot be made to. */
function fitting({ clientWidth, scrollWidth }: HTMLElement, zoom: number): number {
  if (clientWidth === 0 || scrollWidth <= clientWidth + 1) return 1;
  const share = (clientWidth / scrollWidth) * Math.max(1, zoom);
  // Down, so that the last pixel does not bring a bar back.
  return share >= 1 || share < smallest ? 1 : Math.floor(share * 1_000) / 1_000;
}
