/** The five tag sets of WCAG 2.2 A and AA, and what axe-core calls best practice. */
export const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
