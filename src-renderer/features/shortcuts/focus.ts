/** Gives the focus to the row under the cursor, once it is drawn. */
export function focusRow(): void {
  requestAnimationFrame(() =>
    document
      .querySelector<HTMLElement>('[data-pane=list] [role=row][tabindex="0"]')
      ?.focus({ preventScroll: true }),
  );
}

const entrance: Readonly<Record<string, string>> = {
  bar: '#search-field',
  folders: '[role=treeitem][tabindex="0"]',
  list: '[role=row][tabindex="0"], .list-scroll, button',
  reader: '.reader-scroll, button',
  status: 'button',
};

/** Focus goes to the next pane that is seen: bar, folders, list, reader, status. */
export function nextPane(step: 1 | -1): void {
  const panes = Object.keys(entrance)
    .map((name) => document.querySelector<HTMLElement>(`[data-pane=${name}]`))
    .filter(
      (pane) =>
        pane !== null && pane.offsetParent !== null && !pane.inert && pane.getClientRects().length > 0,
    );
  const current = panes.findIndex((pane) => pane?.contains(document.activeElement));
  for (let tried = 1; tried <= panes.length; tried += 1) {
    const pane = panes[(current + step * tried + panes.length * 2) % panes.length];
    const target = pane?.querySelector<HTMLElement>(entrance[pane.dataset['pane'] ?? ''] ?? 'button');
    if (target === null || target === undefined) continue;
    target.focus();
    return;
  }
}

/** Where the focus rests when what had it went away: the row under the cursor, else the folders, else the way back. */
const resting = [
  '[data-pane=list] [role=row][tabindex="0"]',
  '[data-pane=folders] [role=treeitem][tabindex="0"]',
  '.settings [aria-current=page]',
  '.settings h2[tabindex]',
  '.bar-leave',
];

/**
 * A surface, a dialog or a row that goes takes the focus with it, and a keyboard would act on nothing: it is put
 * where it is seen again. Whoever has the focus keeps it.
 */
export function restFocus(): void {
  setTimeout(() =>
    requestAnimationFrame(() => {
      const active = document.activeElement;
      if (active !== null && active !== document.body) return;
      if (document.querySelector('[role=dialog][data-state=open]') !== null) return;
      for (const selector of resting) {
        const target = document.querySelector<HTMLElement>(selector);
        if (target === null || target.offsetParent === null) continue;
        target.focus({ preventScroll: true });
        return;
      }
    }),
  );
}
