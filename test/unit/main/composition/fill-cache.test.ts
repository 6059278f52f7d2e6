import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CacheClient } from '../../../../src-main/cache/cache-client.ts';
import { fillCache } from '../../../../src-main/composition/fill-cache.ts';
import type { Profile } from '../../../../src-main/composition/open-profile.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import { openFolderRegister } from '../../../../src-main/sync/folder-register.ts';
import { describeFolders } from '../../../../src-main/sync/folder-verbs.ts';
import { cacheInProcess } from '../../../fakes/cache-in-process.ts';

test('R13: a folder that only an older cache has, after a kill or a power cut, is shown no more', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'posthorn-fill-'));
  const store = cacheInProcess();
  try {
    const opened = await store.call('open', { expectedCacheId: null, volatile: [] });
    const register = await openFolderRegister(join(directory, 'folders.json'), () => undefined);
    const folder = (path: string) =>
      register.add({
        accountId: 'a',
        path,
        name: path,
        delimiter: '/',
        role: null,
        subscribed: true,
        selectable: true,
        mailboxId: null,
        local: false,
      });
    folder('Kept');
    const gone = folder('Gone');
    await store.call('putFolders', { accountId: 'a', folders: describeFolders(register, 'a') });
    register.remove(gone.folderId);

    const profile = {
      accountStore: { all: () => [{ accountId: 'a' }] },
      clock: new AdvanceableClock(),
      journal: { ops: () => [] },
      notices: [],
      register,
    } as unknown as Profile;
    const cache = { ...store, opened, onReopened: () => undefined } as unknown as CacheClient;
    const parts = { search: { clear: () => undefined }, engines: { all: () => [] } };
    await fillCache(profile, cache, parts as unknown as Parameters<typeof fillCache>[2])();

    const shown = await store.call('folders', { accountId: 'a' });
    expect(shown.map(({ path }) => path)).toEqual(['Kept']);
  } finally {
    store.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
