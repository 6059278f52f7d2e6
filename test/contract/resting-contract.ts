import { expect, it } from 'vitest';
import type { CachePort } from '../../src-main/cache/cache-port.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { cursorOf, folderOf, newRow, type CacheUnderTest } from './cache-contract.ts';

const day = 86_400_000;
const removedAt = 1_000 * day;

/** Bodies of what the server has no more, for the store on any IndexedDB. `make` gives an opened, empty cache. */
export function restingContract(make: () => Promise<CacheUnderTest>): void {
  const begin = async (): Promise<CacheUnderTest> => {
    const cache = await make();
    await cache.port.call('putFolders', { accountId: 'a', folders: [folderOf('f1'), folderOf('f2')] });
    await cache.port.call('putFolders', {
      accountId: 'b',
      folders: [folderOf('g1', { accountId: 'b' })],
    });
    await cache.port.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      insert: [newRow(1), newRow(2)],
      cursor: cursorOf(2),
    });
    await cache.port.call('putBodies', {
      bodies: [1, 2].map((uid) => ({
        messageId: `f1.1.${uid}`,
        raw: `Body ${uid}`,
        facts: { preview: `Words ${uid}`, hasAttachments: uid === 1 },
      })),
    });
    return cache;
  };
  const goes = (port: CachePort, rest?: number) =>
    port.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      vanished: '1',
      ...(rest === undefined ? {} : { rest }),
    });
  const comes = async (port: CachePort, folderId: string, row: NewRow): Promise<string | null> => {
    const result = await port.call('applyBatch', { folderId, gen: 1, insert: [row] });
    return port.call('body', { messageId: result.insertedIds[0] ?? '' });
  };
  /** The first message as another folder numbers it. */
  const elsewhere = (): NewRow => ({ ...newRow(1), uid: 9 });

  it('R9: the body of a message that comes back elsewhere within its time is there, after a restart too', async () => {
    const cache = await begin();
    await goes(cache.port, removedAt);
    const port = await cache.restart();
    expect(await comes(port, 'f2', elsewhere())).toBe('Body 1');
    const [row] = await port.call('rows', { messageIds: ['f2.1.9'] });
    expect(row).toMatchObject({ readableOffline: true, preview: 'Words 1', hasAttachments: true });
    expect(
      await port.call('bodiesWanted', { folderId: 'f2', newerThan: null, maxBytes: 1e9, limit: 9 }),
    ).toEqual([]);
    // It has gone with the message: no second one gets it.
    expect(await comes(port, 'f1', { ...newRow(1), uid: 8 })).toBeNull();
    expect(await (await cache.restart()).call('body', { messageId: 'f2.1.9' })).toBe('Body 1');
  });

  it('R9: a message that comes back in its old place has its body', async () => {
    const { port } = await begin();
    await goes(port, removedAt);
    expect(await comes(port, 'f1', newRow(1))).toBe('Body 1');
  });

  it('R9: what rests leaves when its time is over, and only then', async () => {
    const { port } = await begin();
    await port.call('putBodies', {
      bodies: [1, 2].map((uid) => ({
        messageId: `f1.1.${uid}`,
        raw: '',
        kept: `\u2192kept.${uid}`,
        facts: { preview: '', hasAttachments: false },
      })),
    });
    await goes(port, removedAt);
    expect(await port.call('forgetRested', { accountId: 'a', before: removedAt })).toBe(0);
    expect(await port.call('forgetRested', { accountId: 'b', before: removedAt + 1 })).toBe(0);
    expect(await port.call('forgetRested', { accountId: 'a', before: removedAt + 1 })).toBe(1);
    expect(await comes(port, 'f2', elsewhere())).toBeNull();
    const marks = await port.call('bodyMarks', { after: null, limit: 10 });
    expect(marks.marks.map((mark) => mark.messageId)).toEqual(['f1.1.2']);
  });

  it('R9: nothing rests unless it is said, and no other message takes what rests', async () => {
    const { port } = await begin();
    await goes(port, removedAt);
    expect(await comes(port, 'f2', { ...elsewhere(), size: 7 })).toBeNull();
    expect(await comes(port, 'f2', { ...elsewhere(), uid: 10, internalDate: 5 })).toBeNull();
    expect(await comes(port, 'g1', elsewhere())).toBeNull();
    expect(await comes(port, 'f1', newRow(1, {}, { messageIdHeader: '<other@example.org>' }))).toBeNull();
    expect(await comes(port, 'f2', { ...elsewhere(), uid: 11 })).toBeNull();
    const again = await begin();
    await goes(again.port);
    expect(await comes(again.port, 'f2', elsewhere())).toBeNull();
  });

  it('R9: of two that rest and look the same none comes back', async () => {
    const { port } = await begin();
    await port.call('applyBatch', { folderId: 'f2', gen: 1, insert: [elsewhere()] });
    await port.call('putBodies', {
      bodies: [{ messageId: 'f2.1.9', raw: 'Another', facts: { preview: '', hasAttachments: false } }],
    });
    await goes(port, removedAt);
    await port.call('removeFolder', { folderId: 'f2', rest: removedAt });
    expect(await comes(port, 'f1', { ...newRow(1), uid: 8 })).toBeNull();
  });

  it('R9: an account that goes or is emptied takes what rests along', async () => {
    const { port } = await begin();
    await goes(port, removedAt);
    await port.call('emptyAccount', { accountId: 'a' });
    expect((await port.call('bodyMarks', { after: null, limit: 10 })).marks).toEqual([]);
    expect(await comes(port, 'f2', elsewhere())).toBeNull();
  });

  it('R7: a row that is bound into a new numbering keeps its id and its body', async () => {
    const cache = await begin();
    await cache.port.call('applyBatch', {
      folderId: 'f1',
      gen: 2,
      reset: true,
      rest: removedAt,
      bind: [{ messageId: 'f1.1.1', uid: 2 }],
    });
    const port = await cache.restart();
    expect(await port.call('body', { messageId: 'f1.1.1' })).toBe('Body 1');
    expect(await port.call('identify', { refs: [{ folderId: 'f1', gen: 2, uid: 2 }] })).toEqual(['f1.1.1']);
    // The other one was not bound: its body rests.
    const result = await port.call('applyBatch', {
      folderId: 'f1',
      gen: 2,
      insert: [{ ...newRow(2), uid: 5 }],
    });
    expect(result.takenIds).toEqual(['f1.2.5']);
    expect(await port.call('body', { messageId: 'f1.2.5' })).toBe('Body 2');
    expect(await port.call('forgetRested', { accountId: 'a', before: removedAt + 1 })).toBe(0);
  });
}
