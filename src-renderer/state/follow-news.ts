import type { StoreNotice } from '../../src-shared/cache-protocol.ts';
import type { AppState } from './app-state.svelte.ts';
import { foldersOf } from './places.ts';

/** What main and the store tell goes into the state, as long as the window lives. */
export function followNews(app: AppState): void {
  const { main, store, accounts, folders, list, reader } = app;

  async function rereadFolders(): Promise<void> {
    folders.replace(await store.ask('folders', {}));
    // Unified places follow accounts and folders that come and go.
    const wanted = foldersOf(app.place, folders).join(' ');
    if (app.place.kind !== 'outbox' && wanted !== (list.view?.folderIds ?? []).join(' '))
      void app.reopenList();
  }

  /** What could not be read without network is asked for again once it is back. */
  function retryUnread(): void {
    for (const id of reader.unfolded) {
      const loaded = reader.loaded[id];
      if (loaded?.state === 'failed' && loaded.error.code === 'not-cached') reader.again(id);
    }
  }

  function storeChanged(notice: StoreNotice): void {
    const fresh = notice.folders.some((folder) => folders.byId(folder.folderId) === undefined);
    folders.merge(notice.folders);
    if (fresh || notice.folders.length === 0) void rereadFolders();
    const shown = new Set(list.view?.folderIds ?? []);
    if (notice.folders.some((folder) => shown.has(folder.folderId))) list.refresh();
    const read = new Set(reader.rows.map((row) => row.messageId));
    if (notice.messageIds === null || notice.messageIds.some((id) => read.has(id))) void reader.refresh();
  }

  main.on('account.state', (news) => {
    const before = accounts.all.length;
    accounts.replace(news.accounts);
    if (before === 0 && news.accounts.length > 0) void rereadFolders();
  });
  main.on('journal.changed', ({ entries }) => {
    app.journal = entries;
  });
  main.on('outbox.changed', ({ items }) => {
    const known = new Set(app.outbox.map(({ outboxId }) => outboxId));
    app.outbox = items;
    for (const id of known.difference(new Set(items.map(({ outboxId }) => outboxId))))
      app.toasts.leftOutbox(id);
    // Not when mail came into it: who sent it asks by themselves, once its answer is kept.
    if (items.every(({ outboxId }) => known.has(outboxId))) reader.renewAllAnswered();
  });
  main.on('message.progress', ({ messageId, done, total }) => reader.fetched(messageId, done, total));
  main.on('app.changed', ({ info }) => {
    const wasOnline = app.info?.online;
    app.info = info;
    if (info.online && wasOnline === false) retryUnread();
  });
  main.on('folder.changed', () => void rereadFolders());
  main.on('window.show', ({ messageId }) => {
    if (messageId !== undefined) void app.attempt(() => app.show(messageId));
  });
  store.onNotice(storeChanged);
}
