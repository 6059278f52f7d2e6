import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { Command } from '../../state/commands.svelte.ts';
import { focusRow, nextPane } from './focus.ts';

/** Moving about in rows and panes, and picking rows. */
export function movingCommands(app: AppState): Command[] {
  const { list, search, selection } = app;
  const count = (): number => (search.active ? (search.answer?.rows.length ?? 0) : list.total);
  const at = (): number => (search.active ? search.cursor : list.cursorIndex);
  const rowAt = (index: number) => (search.active ? search.answer?.rows[index] : list.rowAt(index));
  /** Two panes beside each other: the row under the cursor is the one that is read. */
  const wide = (): boolean => !app.route.narrow;

  function go(index: number, pick: boolean): void {
    if (count() === 0) return;
    const from = rowAt(at());
    const to = Math.max(0, Math.min(count() - 1, index));
    if (search.active) search.cursor = to;
    else list.setCursor(to);
    const row = rowAt(to);
    if (pick) {
      if (from !== undefined) selection.add([from.messageId]);
      if (row !== undefined) selection.add([row.messageId]);
    } else if (!selection.active && (wide() || app.route.reading)) {
      app.openCursorRow = row === undefined;
      if (row !== undefined) app.openRow(row, false);
    }
    if (!app.route.reading || wide()) focusRow();
  }
  const step =
    (by: number, pick = false) =>
    (): void => {
      // Nothing is open yet: the first step opens the row under the cursor.
      const first =
        !pick &&
        by > 0 &&
        app.reader.chosen === null &&
        !app.openCursorRow &&
        !selection.active &&
        at() === 0;
      go(first ? 0 : at() + by, pick);
    };
  const page = (): number => Math.max(1, Math.floor(list.scroll.viewport / list.scroll.rowHeight) - 1);
  const inList = (): boolean =>
    document.activeElement?.closest('[data-pane=list]') !== null || document.activeElement === document.body;
  const quiet = { group: 'move' as const, quiet: true };

  return [
    {
      id: 'list.next',
      name: t('command.next'),
      ...quiet,
      keys: { gmail: ['j'], thunderbird: ['f'] },
      run: step(1),
    },
    {
      id: 'list.previous',
      name: t('command.previous'),
      ...quiet,
      keys: { gmail: ['k'], thunderbird: ['b'] },
      run: step(-1),
    },
    {
      id: 'list.down',
      name: '',
      ...quiet,
      keys: { gmail: ['ArrowDown'], thunderbird: ['ArrowDown'] },
      enabled: inList,
      run: step(1),
    },
    {
      id: 'list.up',
      name: '',
      ...quiet,
      keys: { gmail: ['ArrowUp'], thunderbird: ['ArrowUp'] },
      enabled: inList,
      run: step(-1),
    },
    {
      id: 'list.pageDown',
      name: '',
      ...quiet,
      keys: { gmail: ['PageDown'], thunderbird: ['PageDown'] },
      enabled: inList,
      run: () => go(at() + page(), false),
    },
    {
      id: 'list.pageUp',
      name: '',
      ...quiet,
      keys: { gmail: ['PageUp'], thunderbird: ['PageUp'] },
      enabled: inList,
      run: () => go(at() - page(), false),
    },
    {
      id: 'list.first',
      name: '',
      ...quiet,
      keys: { gmail: ['Home'], thunderbird: ['Home'] },
      enabled: inList,
      run: () => go(0, false),
    },
    {
      id: 'list.last',
      name: '',
      ...quiet,
      keys: { gmail: ['End'], thunderbird: ['End'] },
      enabled: inList,
      run: () => go(count() - 1, false),
    },
    {
      id: 'list.open',
      name: t('command.open'),
      ...quiet,
      keys: { gmail: ['o', 'Enter'], thunderbird: ['Enter', 'o'] },
      enabled: () => count() > 0,
      run: () => {
        const row = rowAt(at());
        if (row === undefined) return;
        selection.clear();
        app.openRow(row, true);
        requestAnimationFrame(() =>
          document.querySelector<HTMLElement>('[data-pane=reader] .reader-scroll')?.focus(),
        );
      },
    },
    {
      id: 'app.back',
      name: t('command.back'),
      ...quiet,
      keys: { gmail: ['Escape'], thunderbird: ['Escape'] },
      run: () => {
        if (app.route.overlay !== 'none') app.route.overlay = 'none';
        else if (app.route.foldersOpen) app.route.foldersOpen = false;
        else if (app.route.reading && app.route.narrow) app.route.reading = false;
        else if (selection.active) selection.clear();
        else if (document.activeElement?.closest('[data-pane=reader]')) app.route.reading = false;
        else if (search.active) search.clear();
        focusRow();
      },
    },
    {
      id: 'app.nextPane',
      name: t('command.nextPane'),
      ...quiet,
      keys: { gmail: ['F6'], thunderbird: ['F6'] },
      run: () => nextPane(1),
    },
    {
      id: 'app.previousPane',
      name: '',
      ...quiet,
      keys: { gmail: ['Shift F6'], thunderbird: ['Shift F6'] },
      run: () => nextPane(-1),
    },
    {
      id: 'list.pick',
      name: t('command.selectRow'),
      group: 'select',
      quiet: true,
      keys: { gmail: ['x'], thunderbird: ['x'] },
      enabled: () => count() > 0,
      run: () => {
        const row = rowAt(at());
        if (row !== undefined) selection.toggle(row.messageId);
        focusRow();
      },
    },
    {
      id: 'list.pickNext',
      name: t('command.selectNext'),
      group: 'select',
      quiet: true,
      keys: { gmail: ['Shift ArrowDown'], thunderbird: ['Shift ArrowDown'] },
      run: step(1, true),
    },
    {
      id: 'list.pickPrevious',
      name: '',
      group: 'select',
      quiet: true,
      keys: { gmail: ['Shift ArrowUp'], thunderbird: ['Shift ArrowUp'] },
      run: step(-1, true),
    },
    {
      id: 'list.pickAll',
      name: t('command.selectAll'),
      group: 'select',
      keys: { gmail: ['Ctrl A'], thunderbird: ['Ctrl A'] },
      run: () => {
        if (search.active) selection.set((search.answer?.rows ?? []).map((row) => row.messageId));
        else if (list.view !== null)
          void app.store.ask('idsOf', { view: list.view }).then((ids) => selection.set(ids));
      },
    },
  ];
}
