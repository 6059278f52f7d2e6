import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../src-main/shell/chromium/find-browser.ts';
import {
  buildStorePage,
  cacheInChromium,
  removeFolder,
  type CacheInChromium,
} from '../fakes/chromium-cache.ts';
import { cacheContract, cursorOf, folderOf, newRow, viewOf, type CacheUnderTest } from './cache-contract.ts';
import { factsContract } from './facts-contract.ts';
import { restingContract } from './resting-contract.ts';

const binary = await findBrowser();
if (binary === undefined)
  console.info('The store in Chromium: skipped, for no Chromium or Chrome was found.');

describe.skipIf(binary === undefined)('the store in Chromium', () => {
  let rendererDir = '';
  let profileDir = '';
  let running: CacheInChromium | undefined;

  beforeAll(async () => {
    rendererDir = await buildStorePage();
    profileDir = await mkdtemp(join(tmpdir(), 'posthorn-store-'));
  });
  afterAll(async () => {
    await running?.shell.quit();
    await removeFolder(rendererDir);
    await removeFolder(profileDir);
  });

  const started = async (expected: string | null): Promise<CacheInChromium> => {
    running ??= await cacheInChromium(profileDir, rendererDir, expected);
    return running;
  };

  const make = async (): Promise<CacheUnderTest> => {
    const first = await started(null);
    await first.cache.call('wipe', {});
    return {
      port: first.cache,
      restart: async () => {
        // A new page and worker in the same browser: what is in memory is gone, what is on disk stays.
        await running?.losePage();
        expect(first.cache.opened).toMatchObject({ cacheId: first.cacheIds.at(-1), fresh: false });
        return first.cache;
      },
    };
  };
  cacheContract(make);
  restingContract(make);
  factsContract(make);

  it('finds the cache again when the browser was started anew, and rebuilds one that is another', async () => {
    const first = await started(null);
    const { cacheId } = await first.cache.call('wipe', {});
    await first.cache.call('putFolders', { accountId: 'a', folders: [folderOf('f1')] });
    await first.cache.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      insert: [newRow(3)],
      cursor: cursorOf(1),
    });
    await first.shell.quit();
    running = undefined;
    const second = await started(cacheId);
    expect(second.cache.opened).toEqual({ cacheId, fresh: false, reason: null });
    expect(await second.cache.call('idsOf', { view: viewOf('f1') })).toEqual(['f1.1.3']);
    await second.shell.quit();
    running = undefined;
    const third = await started('another');
    expect(third.cache.opened).toMatchObject({ fresh: true, reason: 'vanished' });
    expect(third.cacheIds).toEqual([third.cache.opened.cacheId]);
    expect(await third.cache.call('folders', {})).toEqual([]);
  });
});
