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
