import type { AppState } from '../../state/app-state.svelte.ts';

/** Picks every row from the anchor (or the open row) to `index`. */
export async function extendTo(app: AppState, index: number): Promise<void> {
  const { list, selection } = app;
  const anchor = selection.anchorId ?? app.reader.chosen?.messageId ?? list.cursorId;
  if (anchor === null || list.view === null) return;
  const from = list.indexOfLoaded(anchor);
  const first = Math.min(from, index);
  const last = Math.max(from, index);
  const loaded = from < 0 ? [] : range(first, last).map((at) => list.rowAt(at)?.messageId);
  if (from >= 0 && loaded.every((id) => id !== undefined)) {
    selection.set(loaded.filter((id) => id !== undefined));
  } else {
    const ids = await app.store.ask('idsOf', { view: list.view });
    const start = ids.indexOf(anchor);
    if (start < 0) return;
    selection.set(ids.slice(Math.min(start, index), Math.max(start, index) + 1));
  }
  selection.anchorId = anchor;
}

/** Picks every row of the view. */
export async function pickAll(app: AppState): Promise<void> {
  const { view } = app.list;
  if (view !== null) app.selection.set(await app.store.ask('idsOf', { view }));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
