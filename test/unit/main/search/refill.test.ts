import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/platform/clock.ts';
import { openSearchIndex } from '../../../../src-main/search/search-index.ts';
import { refillIndex } from '../../../../src-main/search/refill.ts';
import { cacheInProcess } from '../../../fakes/cache-in-process.ts';
import { folderOf, newRow } from '../../../contract/cache-contract.ts';

it('an index that was lost knows rows and texts of the cache again, and is then left alone', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'refill-'));
  const cache = cacheInProcess();
  await cache.call('open', { expectedCacheId: null });
  await cache.call('putFolders', { accountId: 'a1', folders: [folderOf('f1')] });
  const { insertedIds } = await cache.call('applyBatch', {
    folderId: 'f1',
    gen: 1,
    insert: [newRow(1), newRow(2)],
  });
  await cache.call('putBodies', {
    bodies: [
      { messageId: insertedIds[0] ?? '', raw: 'the harbour', facts: { preview: '', hasAttachments: false } },
    ],
  });
  const search = openSearchIndex(join(directory, 'search.sqlite'), () => undefined, systemClock);
  const ports = {
    cache,
    search,
    textOf: (raw: Buffer) => Promise.resolve(raw.toString()),
    stopped: () => false,
    indexed: () => true,
  };
  try {
    expect(await refillIndex(ports)).toBe(2);
    const found = await search.query({ text: 'harbour', accountId: null, limit: 5 });
    expect(found).toMatchObject({ hits: { messageIds: [insertedIds[0]] }, searched: 1 });
    expect(await refillIndex(ports)).toBe(0);
  } finally {
    await search.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
