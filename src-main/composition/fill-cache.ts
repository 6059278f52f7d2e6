import type { StoreOpened } from '../../src-shared/cache-protocol.ts';
import type { CacheClient } from '../cache/cache-client.ts';
import { isWaiting } from '../journal/op.ts';
import type { SearchIndex } from '../search/search-index.ts';
import type { Engines } from '../sync/engines.ts';
import { describeFolders } from '../sync/folder-verbs.ts';
import type { Profile } from './open-profile.ts';

const cacheWords = {
  vanished: 'The cache of your mail was gone.',
  damaged: 'The cache of your mail was damaged.',
  newer: 'The cache was made by a newer Posthorn.',
} as const;

/**
 * The cache may be a new one at any moment; it then fills itself again from the server, and the user is told why that
 * takes a while. Gives what to call at the start: it gets the folders and the waiting patches.
 */
export function fillCache(
  { accountStore, clock, journal, log, notices, register }: Profile,
  cache: CacheClient,
  parts: { search: SearchIndex; engines: Engines; onReopened(): void },
): () => Promise<void> {
  function noteRebuilt({ fresh, reason }: StoreOpened): void {
    if (!fresh) return;
    parts.search.clear();
    if (reason === null || reason === 'first') return;
    notices.push(`${cacheWords[reason]} It is being rebuilt from the server; nothing of yours was lost.`);
  }
  async function showPending(): Promise<void> {
    for (const { accountId } of accountStore.all()) {
      // A kill between the two, or a power cut that took the last writes of the cache: nobody else would ever remove it.
      for (const { folderId } of await cache.call('folders', { accountId }))
        if (register.get(folderId) === undefined)
          await cache.call('removeFolder', { folderId, rest: clock.now() });
      await cache.call('putFolders', { accountId, folders: describeFolders(register, accountId) });
    }
    const waiting = journal.ops().filter(isWaiting);
    await cache.call('resetPending', {
      ops: waiting.map(({ opId, accountId, seq, mark, patches }) => ({
        opId,
        accountId,
        seq,
        mark,
        patches,
      })),
    });
  }
  noteRebuilt(cache.opened);
  cache.onReopened((opened) => {
    noteRebuilt(opened);
    parts.onReopened();
    showPending().then(
      () => {
        for (const engine of parts.engines.all()) engine.checkConnection();
      },
      // It was lost again meanwhile: its next opening comes here too.
      (error: unknown) => log.log('warn', 'the waiting changes are not shown yet', { error }),
    );
  });
  return showPending;
}
