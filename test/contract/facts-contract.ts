import { expect, it } from 'vitest';
import type { CachePort } from '../../src-main/cache/cache-port.ts';
import { cursorOf, folderOf, newRow, type CacheUnderTest } from './cache-contract.ts';

const facts = { preview: 'Words of it', hasAttachments: true };

/** Bodies that are kept first and read later, for the store on any IndexedDB. `make` gives an opened, empty cache. */
export function factsContract(make: () => Promise<CacheUnderTest>): void {
  const begin = async (): Promise<CacheUnderTest> => {
    const cache = await make();
    const { port } = cache;
    await port.call('putFolders', { accountId: 'a', folders: [folderOf('f1'), folderOf('f2')] });
    await port.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      insert: [newRow(1), newRow(2)],
      cursor: cursorOf(2),
    });
    await port.call('putBodies', {
      bodies: [1, 2].map((uid) => ({ messageId: `f1.1.${uid}`, raw: '', kept: `→k.${uid}`, facts: null })),
    });
    return cache;
  };
  const toRead = async (port: CachePort): Promise<string[]> =>
    (await port.call('bodiesToRead', { limit: 10 })).map(({ messageId, mark }) => `${messageId} ${mark}`);

  it('a body that was kept unread can be read here at once, and is still to be read after a restart', async () => {
    const cache = await begin();
    const port = await cache.restart();
    const [row] = await port.call('rows', { messageIds: ['f1.1.1'] });
    expect(row).toMatchObject({ readableOffline: true, preview: newRow(1).preview });
    expect(await toRead(port)).toEqual(['f1.1.1 →k.1', 'f1.1.2 →k.2']);
    expect(await port.call('bodiesToRead', { limit: 1 })).toEqual([
      { messageId: 'f1.1.1', accountId: 'a', mark: '→k.1' },
    ]);
  });

  it('its facts come later, also over a restart, and the body stays', async () => {
    const cache = await begin();
    await cache.port.call('putFacts', { bodies: [{ messageId: 'f1.1.1', facts }] });
    for (const isAnew of [false, true]) {
      const port = isAnew ? await cache.restart() : cache.port;
      const [row] = await port.call('rows', { messageIds: ['f1.1.1'] });
      expect(row).toMatchObject({ readableOffline: true, ...facts });
      expect(await port.call('body', { messageId: 'f1.1.1' })).toBe('→k.1');
      expect(await toRead(port)).toEqual(['f1.1.2 →k.2']);
    }
  });

  it('whatever becomes of a message, it is read or let go', async () => {
    const { port } = await begin();
    await port.call('dropBodies', { messageIds: ['f1.1.1'] });
    expect(await toRead(port)).toEqual(['f1.1.2 →k.2']);
    await port.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      vanished: '2',
      rest: 1_000,
      cursor: cursorOf(2),
    });
    expect(await port.call('bodiesToRead', { limit: 10 })).toEqual([
      { messageId: 'f1.1.2', accountId: null, mark: '→k.2' },
    ]);
    await port.call('putFacts', { bodies: [{ messageId: 'f1.1.2', facts: null }] });
    expect(await toRead(port)).toEqual([]);
    await port.call('putFacts', { bodies: [{ messageId: 'f1.1.9', facts }] });
    expect(await toRead(port)).toEqual([]);
  });
}
