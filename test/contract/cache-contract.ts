import { expect, it } from 'vitest';
import type { CachePort } from '../../src-main/cache/cache-port.ts';
import type { FolderDescription, ListView, StoreNotice } from '../../src-shared/cache-protocol.ts';
import type { FolderCursor, FolderRecord } from '../../src-shared/model/folder.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import type { MessagePatch, PendingPatches } from '../../src-shared/patch.ts';

export interface CacheUnderTest {
  port: CachePort;
  /** Ends the store as a quit would and opens it again on the same data. */
  restart(): Promise<CachePort>;
}

export function folderOf(folderId: string, over: Partial<FolderDescription> = {}): FolderDescription {
  return {
    folderId,
    accountId: 'a',
    path: folderId,
    name: folderId,
    delimiter: '/',
    role: null,
    subscribed: true,
    selectable: true,
    ...over,
  };
}

export function newRow(
  uid: number,
  over: Partial<NewRow> = {},
  envelope: Partial<NewRow['envelope']> = {},
): NewRow {
  return {
    uid,
    flags: [],
    internalDate: 1_700_000_000_000 + uid * 1000,
    size: 1000 + uid,
    hasAttachments: false,
    preview: '',
    envelope: {
      subject: `Subject ${uid}`,
      from: [{ name: `Ann ${uid}`, address: `ann${uid}@example.org` }],
      to: [{ name: '', address: 'me@example.org' }],
      cc: [],
      replyTo: [],
      messageIdHeader: `<m${uid}@example.org>`,
      inReplyTo: '',
      references: [],
      sentAt: null,
      ...envelope,
    },
    ...over,
  };
}

export function cursorOf(exists: number, over: Partial<FolderCursor> = {}): FolderCursor {
  return {
    uidValidity: 7,
    gen: 1,
    uidNext: 10_000,
    modseqDone: '12',
    lowUid: 1,
    exists,
    checkedAt: null,
    ...over,
  };
}

export function viewOf(...folderIds: string[]): ListView {
  return { folderIds, threaded: false, sort: 'date-desc' };
}

export function opOf(
  opId: string,
  seq: number,
  mark: PendingPatches['mark'],
  ...patches: MessagePatch[]
): PendingPatches {
  return { opId, accountId: 'a', seq, mark, patches };
}

async function* beforeAndAfterRestart(cache: CacheUnderTest): AsyncGenerator<CachePort> {
  yield cache.port;
  yield await cache.restart();
}

/** The same for the store on any IndexedDB. `make` gives an opened, empty cache. */
export function cacheContract(make: () => Promise<CacheUnderTest>): void {
  const begin = async (...uids: number[]): Promise<CacheUnderTest> => {
    const cache = await make();
    await cache.port.call('putFolders', {
      accountId: 'a',
      folders: [folderOf('f1', { role: 'inbox' }), folderOf('f2', { role: 'archive' }), folderOf('f3')],
    });
    if (uids.length > 0) {
      await cache.port.call('applyBatch', {
        folderId: 'f1',
        gen: 1,
        insert: uids.map((uid) => newRow(uid)),
        cursor: cursorOf(uids.length),
      });
    }
    return cache;
  };
  const ids = async (port: CachePort, folderId: string): Promise<string[]> =>
    port.call('idsOf', { view: viewOf(folderId) });
  const record = async (port: CachePort, folderId: string): Promise<FolderRecord> => {
    const found = (await port.call('folders', {})).find((folder) => folder.folderId === folderId);
    if (found === undefined) throw new Error(`no folder ${folderId}`);
    return found;
  };

  it('lists rows newest first, pages them, and finds them again after a restart', async () => {
    const cache = await begin(1, 2, 3, 5);
    const check = async (port: CachePort): Promise<void> => {
      const page = await port.call('page', { view: viewOf('f1'), start: 1, count: 2 });
      expect(page.total).toBe(4);
      expect(page.rows.map((row) => row.messageId)).toEqual(['f1.1.3', 'f1.1.2']);
      expect(page.rows[0]).toMatchObject({
        subject: 'Subject 3',
        folderId: 'f1',
        accountId: 'a',
        flags: [],
        readableOffline: false,
        pending: null,
        threadCount: 1,
        date: '2023-11-14T22:13:23.000Z',
      });
      expect(await port.call('indexOf', { view: viewOf('f1'), messageId: 'f1.1.2' })).toMatchObject({
        index: 2,
        total: 4,
      });
      expect(await record(port, 'f1')).toMatchObject({
        total: 4,
        unread: 4,
        cached: 4,
        complete: true,
        cursor: cursorOf(4),
      });
      expect(await port.call('uids', { folderId: 'f1' })).toBe('1:3,5');
    };
    await check(cache.port);
    await check(await cache.restart());
  });

  it('refuses a batch that was sent before the one it follows failed', async () => {
    const { port } = await begin(9);
    const second = {
      folderId: 'f1',
      gen: 1,
      insert: [newRow(8)],
      cursor: cursorOf(9, { lowUid: 8 }),
      follows: 9,
    };
    const third = {
      folderId: 'f1',
      gen: 1,
      insert: [newRow(7)],
      cursor: cursorOf(9, { lowUid: 7 }),
      follows: 8,
    };
    await port.call('putCursor', { folderId: 'f1', cursor: cursorOf(9, { lowUid: 9 }) });
    await expect(port.call('applyBatch', third)).rejects.toThrow();
    expect(await port.call('uids', { folderId: 'f1' })).toBe('9');
    await port.call('applyBatch', second);
    await port.call('applyBatch', third);
    // Sent again, for the answer was lost: nothing is doubled.
    expect(await port.call('applyBatch', second)).toMatchObject({ inserted: 0, cached: 3 });
  });

  it('gives the same batch twice the same result', async () => {
    const { port } = await begin();
    const batch = { folderId: 'f1', gen: 1, insert: [newRow(4), newRow(5)], cursor: cursorOf(2) };
    const first = await port.call('applyBatch', batch);
    const second = await port.call('applyBatch', batch);
    expect(first).toMatchObject({ inserted: 2, insertedIds: ['f1.1.4', 'f1.1.5'], cached: 2 });
    expect(second).toMatchObject({ inserted: 0, changed: 0, insertedIds: ['f1.1.4', 'f1.1.5'], cached: 2 });
  });

  it('keeps counters and flags in step with the server, keywords without number included', async () => {
    const cache = await begin(1, 2, 3);
    const many = Array.from({ length: 40 }, (_, n) => `$Label${n}`);
    await cache.port.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      flags: [{ uid: 2, flags: ['\\seen', '\\Recent', ...many] }],
      flagChange: { uids: [1, 2], add: ['\\Flagged', 'Odd'], remove: ['$Label39'] },
    });
    const check = async (port: CachePort): Promise<void> => {
      expect(await record(port, 'f1')).toMatchObject({ unread: 2, flagged: 2 });
      const [one, two] = await port.call('flagsOf', { folderId: 'f1', from: 1, to: 2 });
      expect(one?.flags.toSorted()).toEqual(['Odd', '\\Flagged']);
      expect(two?.flags.toSorted()).toEqual([...many.slice(0, 39), 'Odd', '\\Flagged', '\\Seen'].toSorted());
      expect(
        (
          await port.call('page', { view: { ...viewOf('f1'), filter: 'unread' }, start: 0, count: 10 })
        ).rows.map((row) => row.messageId),
      ).toEqual(['f1.1.3', 'f1.1.1']);
    };
    await check(cache.port);
    await check(await cache.restart());
  });

  it('removes what vanished, by range', async () => {
    const cache = await begin(1, 2, 3, 4, 5, 9);
    const result = await cache.port.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      vanished: '2:3,5:4294967295',
      cursor: cursorOf(2),
    });
    expect(result).toMatchObject({ removed: 3 + 1, cached: 2 });
    for await (const port of beforeAndAfterRestart(cache)) {
      expect(await ids(port, 'f1')).toEqual(['f1.1.4', 'f1.1.1']);
      expect(await record(port, 'f1')).toMatchObject({ total: 2, unread: 2, complete: true });
    }
  });

  it('drops a folder whose generation is over, and keeps what the same batch binds', async () => {
    const { port } = await begin(1, 2);
    await port.call('putBodies', {
      bodies: [{ messageId: 'f1.1.2', raw: 'bytes\xff', facts: { preview: 'Hello', hasAttachments: true } }],
    });
    await port.call('applyBatch', {
      folderId: 'f1',
      gen: 2,
      reset: true,
      insert: [newRow(1), newRow(7)],
      bind: [{ messageId: 'f1.1.2', uid: 7 }],
      cursor: cursorOf(2, { gen: 2 }),
    });
    expect(await ids(port, 'f1')).toEqual(['f1.1.2', 'f1.2.1']);
    expect(await port.call('body', { messageId: 'f1.1.2' })).toBe('bytes\xff');
    expect((await port.call('rows', { messageIds: ['f1.1.2'] }))[0]).toMatchObject({
      preview: 'Hello',
      hasAttachments: true,
      readableOffline: true,
    });
    expect(
      await port.call('identify', {
        refs: [
          { folderId: 'f1', gen: 1, uid: 2 },
          { folderId: 'f1', gen: 2, uid: 7 },
        ],
      }),
    ).toEqual([null, 'f1.1.2']);
  });

  it('shows waiting flags, moves (also twice) and removals, and takes them back', async () => {
    const cache = await begin(1, 2, 3);
    await cache.port.call('addPending', {
      ops: [
        opOf('o1', 1, 'flags', { kind: 'flags', messageId: 'f1.1.1', add: ['\\Seen'], remove: [] }),
        opOf('o2', 2, 'move', { kind: 'folder', messageId: 'f1.1.2', folderId: 'f2' }),
        opOf('o3', 3, 'move', { kind: 'folder', messageId: 'f1.1.2', folderId: 'f3' }),
        opOf('o4', 4, 'delete', { kind: 'remove', messageId: 'f1.1.3' }),
      ],
    });
    for await (const port of beforeAndAfterRestart(cache)) {
      expect(await ids(port, 'f1')).toEqual(['f1.1.1']);
      expect(await ids(port, 'f2')).toEqual([]);
      expect(await ids(port, 'f3')).toEqual(['f1.1.2']);
      expect(await record(port, 'f1')).toMatchObject({ total: 1, unread: 0, complete: true });
      expect(await record(port, 'f3')).toMatchObject({ total: 1, unread: 1 });
      expect(await port.call('locate', { messageIds: ['f1.1.2', 'x'] })).toMatchObject([
        { ref: { folderId: 'f1', gen: 1, uid: 2 }, viewFolderId: 'f3' },
        null,
      ]);
      expect(
        (await port.call('rows', { messageIds: ['f1.1.1', 'f1.1.2', 'f1.1.3'] })).map((row) => row?.pending),
      ).toEqual(['flags', 'move', undefined]);
    }
    const port = await cache.restart();
    // A resync that still sees the old flags changes nothing of what is shown.
    await port.call('applyBatch', { folderId: 'f1', gen: 1, flags: [{ uid: 1, flags: ['\\Answered'] }] });
    expect((await port.call('rows', { messageIds: ['f1.1.1'] }))[0]?.flags.toSorted()).toEqual([
      '\\Answered',
      '\\Seen',
    ]);
    await port.call('dropPending', { opIds: ['o3', 'o4'] });
    expect(await ids(port, 'f2')).toEqual(['f1.1.2']);
    await port.call('resetPending', { ops: [] });
    expect(await ids(port, 'f1')).toEqual(['f1.1.3', 'f1.1.2', 'f1.1.1']);
    expect(await record(port, 'f1')).toMatchObject({ total: 3, unread: 3 });
  });

  it('keeps the id of a moved row when the server tells its new place, in either order', async () => {
    for (const order of ['bind first', 'vanished first', 'seen as new first']) {
      const { port } = await begin(1, 2);
      await port.call('putBodies', {
        bodies: [{ messageId: 'f1.1.2', raw: 'raw', facts: { preview: 'P', hasAttachments: false } }],
      });
      await port.call('addPending', {
        ops: [opOf('o', 1, 'move', { kind: 'folder', messageId: 'f1.1.2', folderId: 'f2' })],
      });
      const bind = (): Promise<unknown> =>
        port.call('applyBatch', {
          folderId: 'f2',
          gen: 1,
          bind: [{ messageId: 'f1.1.2', uid: 40 }],
          cursor: cursorOf(1),
        });
      const vanished = (): Promise<unknown> =>
        port.call('applyBatch', { folderId: 'f1', gen: 1, vanished: '2', cursor: cursorOf(1) });
      const seen = (): Promise<unknown> =>
        port.call('applyBatch', {
          folderId: 'f2',
          gen: 1,
          insert: [newRow(40, {}, { messageIdHeader: '<m2@example.org>' })],
        });
      if (order === 'seen as new first') await seen();
      await bind();
      await vanished();
      await bind();
      await port.call('dropPending', { opIds: ['o'] });
      expect(await ids(port, 'f1')).toEqual(['f1.1.1']);
      expect(await ids(port, 'f2')).toEqual(['f1.1.2']);
      expect(await record(port, 'f2')).toMatchObject({
        total: 1,
        unread: 1,
        cached: 1,
        readable: 1,
        complete: true,
      });
      expect(await port.call('body', { messageId: 'f1.1.2' })).toBe('raw');
      expect(await port.call('locate', { messageIds: ['f1.1.2'] })).toMatchObject([
        { ref: { folderId: 'f2', uid: 40 } },
      ]);
    }
  });

  it('gives a row that comes back to a left place an id of its own', async () => {
    const cache = await begin(1, 2);
    await cache.port.call('applyBatch', { folderId: 'f2', gen: 1, bind: [{ messageId: 'f1.1.2', uid: 4 }] });
    await cache.port.call('applyBatch', { folderId: 'f1', gen: 1, insert: [newRow(2)] });
    for await (const port of beforeAndAfterRestart(cache)) {
      expect(await ids(port, 'f1')).toEqual(['f1.1.2.1', 'f1.1.1']);
      expect(await ids(port, 'f2')).toEqual(['f1.1.2']);
    }
  });

  it('shows copies and appends before the server has them, and binds them', async () => {
    const cache = await begin(1);
    await cache.port.call('putBodies', {
      bodies: [{ messageId: 'f1.1.1', raw: 'body', facts: { preview: 'Pre', hasAttachments: false } }],
    });
    const { uid: _uid, ...draft } = newRow(99, { flags: ['\\Seen', '\\Draft'] });
    await cache.port.call('addPending', {
      ops: [
        opOf('c', 1, 'copy', {
          kind: 'insert',
          messageId: 'n1',
          folderId: 'f2',
          fromMessageId: 'f1.1.1',
          row: null,
        }),
        opOf('d', 2, 'append', {
          kind: 'insert',
          messageId: 'n2',
          folderId: 'f3',
          fromMessageId: null,
          row: draft,
        }),
      ],
    });
    const port = await cache.restart();
    expect((await port.call('page', { view: viewOf('f2', 'f3'), start: 0, count: 9 })).rows).toMatchObject([
      {
        messageId: 'n2',
        folderId: 'f3',
        pending: 'append',
        subject: 'Subject 99',
        flags: ['\\Seen', '\\Draft'],
      },
      { messageId: 'n1', folderId: 'f2', pending: 'copy', subject: 'Subject 1', readableOffline: true },
    ]);
    expect(await port.call('body', { messageId: 'n1' })).toBe('body');
    expect(await record(port, 'f2')).toMatchObject({ total: 1, unread: 1 });
    await port.call('applyBatch', {
      folderId: 'f2',
      gen: 1,
      bind: [{ messageId: 'n1', uid: 5 }],
      cursor: cursorOf(1),
    });
    await port.call('dropPending', { opIds: ['c', 'd'] });
    expect(await ids(port, 'f2')).toEqual(['n1']);
    expect(await ids(port, 'f3')).toEqual([]);
    expect(await port.call('body', { messageId: 'n1' })).toBe('body');
    expect(await record(port, 'f2')).toMatchObject({ total: 1, unread: 1, complete: true });
    await port.call('applyBatch', { folderId: 'f2', gen: 1, vanished: '5' });
    expect(await port.call('body', { messageId: 'n1' })).toBe(null);
  });

  it('joins conversations whatever the order, over folders, without looping', async () => {
    const letters = [
      newRow(1, {}, { messageIdHeader: '<a@x>' }),
      newRow(2, { flags: ['\\Seen'] }, { messageIdHeader: '<b@x>', inReplyTo: '<a@x>' }),
      newRow(3, {}, { messageIdHeader: '<c@x>', references: ['<a@x>', '<b@x>', '<c@x>'] }),
      newRow(4, {}, { messageIdHeader: '' }),
      newRow(5, {}, { messageIdHeader: '' }),
    ];
    const seen: string[][] = [];
    for (const order of [letters, letters.toReversed()]) {
      const { port } = await begin();
      for (const letter of order)
        await port.call('applyBatch', { folderId: letter.uid === 2 ? 'f2' : 'f1', gen: 1, insert: [letter] });
      const view: ListView = { ...viewOf('f1'), threaded: true };
      const page = await port.call('page', { view, start: 0, count: 10 });
      expect(page.rows.map((row) => [row.messageId, row.threadCount, row.threadUnread])).toEqual([
        ['f1.1.5', 1, 1],
        ['f1.1.4', 1, 1],
        ['f1.1.3', 2, 2],
      ]);
      expect(page.rows[2]?.threadFrom.map((from) => from.address)).toEqual([
        'ann1@example.org',
        'ann3@example.org',
      ]);
      expect(await port.call('indexOf', { view, messageId: 'f1.1.1' })).toMatchObject({ index: 2, total: 3 });
      const thread = await port.call('thread', { threadId: page.rows[2]?.threadId ?? '' });
      expect(thread.map((row) => row.messageId)).toEqual(['f1.1.1', 'f2.1.2', 'f1.1.3']);
      seen.push(page.rows.map((row) => row.threadId));
    }
    expect(seen[0]).toEqual(seen[1]);
  });

  it('holds a conversation together across folders, a mail that lies twice once, and lets it fall apart', async () => {
    const { port } = await begin();
    const letter = (n: number, references: string[], from = 'ann@x'): NewRow =>
      newRow(n, {}, { messageIdHeader: `<${n}@x>`, references, from: [{ name: '', address: from }] });
    const put = (folderId: string, insert: NewRow[]): Promise<unknown> =>
      port.call('applyBatch', { folderId, gen: 1, insert });
    // f1 is the inbox, f2 the archive: the answer lies in both, and somebody else uses its id in f3.
    await put('f2', [letter(1, []), letter(3, ['<2@x>'])]);
    await put('f1', [letter(2, ['<1@x>']), letter(3, ['<2@x>'])]);
    await put('f3', [letter(3, [], 'eve@x')]);
    const threadOf = async (messageId: string): Promise<string[]> => {
      const [row] = await port.call('rows', { messageIds: [messageId] });
      const thread = await port.call('thread', { threadId: row?.threadId ?? '', messageId });
      return thread.map((item) => item.messageId);
    };
    expect(await threadOf('f1.1.2')).toEqual(['f2.1.1', 'f1.1.2', 'f1.1.3', 'f3.1.3']);
    expect(await threadOf('f2.1.3')).toEqual(['f2.1.1', 'f1.1.2', 'f2.1.3', 'f3.1.3']);
    const [before] = await port.call('rows', { messageIds: ['f2.1.1'] });
    await port.call('applyBatch', { folderId: 'f1', gen: 1, vanished: '2' });
    expect(await threadOf('f2.1.1')).toEqual(['f2.1.1']);
    expect(await threadOf('f1.1.3')).toEqual(['f1.1.3', 'f3.1.3']);
    const old = await port.call('thread', { threadId: before?.threadId ?? '', messageId: 'f1.1.3' });
    expect(old.map((item) => item.messageId)).toEqual(['f1.1.3', 'f3.1.3']);
    await put('f1', [letter(2, ['<1@x>'])]);
    expect(await threadOf('f2.1.1')).toEqual(['f2.1.1', 'f1.1.2', 'f2.1.3', 'f3.1.3']);
  });

  it('keeps big and odd bodies to the byte, and says which are wanted', async () => {
    const { port } = await begin(1, 2, 3);
    const raw = Array.from({ length: 256 }, (_, n) => String.fromCharCode(n))
      .join('')
      .repeat(9000);
    await port.call('putBodies', {
      bodies: [{ messageId: 'f1.1.2', raw, facts: { preview: 'Big', hasAttachments: true } }],
    });
    expect((await port.call('body', { messageId: 'f1.1.2' })) === raw).toBe(true);
    expect(
      await port.call('bodiesWanted', { folderId: 'f1', newerThan: null, maxBytes: 5000, limit: 5 }),
    ).toEqual([
      { messageId: 'f1.1.3', uid: 3, size: 1003 },
      { messageId: 'f1.1.1', uid: 1, size: 1001 },
    ]);
    expect(await record(port, 'f1')).toMatchObject({ readable: 1 });
    await port.call('dropBodies', { messageIds: ['f1.1.2'] });
    expect(await port.call('body', { messageId: 'f1.1.2' })).toBe(null);
    expect(await record(port, 'f1')).toMatchObject({ readable: 0 });
  });

  it('shows waiting creation, renaming and deletion of folders', async () => {
    const { port } = await begin(1);
    await port.call('addPending', {
      ops: [
        {
          opId: 'n',
          accountId: 'a',
          seq: 1,
          mark: 'move',
          patches: [
            {
              kind: 'folder-create',
              folderId: 'f9',
              accountId: 'a',
              path: 'New',
              name: 'New',
              delimiter: '/',
              role: null,
            },
            { kind: 'folder', messageId: 'f1.1.1', folderId: 'f9' },
          ],
        },
        {
          opId: 'r',
          accountId: 'a',
          seq: 2,
          mark: 'move',
          patches: [{ kind: 'folder-rename', folderId: 'f2', path: 'Other', name: 'Other' }],
        },
        {
          opId: 'x',
          accountId: 'a',
          seq: 3,
          mark: 'delete',
          patches: [{ kind: 'folder-delete', folderId: 'f3' }],
        },
      ],
    });
    expect(await record(port, 'f9')).toMatchObject({ name: 'New', pending: 'create', total: 1, unread: 1 });
    expect(await record(port, 'f2')).toMatchObject({ name: 'Other', pending: 'rename' });
    expect(await record(port, 'f3')).toMatchObject({ pending: 'delete' });
    await port.call('resetPending', { ops: [] });
    expect((await port.call('folders', {})).map((folder) => [folder.name, folder.pending])).toEqual([
      ['f1', null],
      ['f2', null],
      ['f3', null],
    ]);
  });

  it('pages through a snapshot while the list changes', async () => {
    const { port } = await begin(1, 2, 3);
    const { snapshot, total } = await port.call('snapshot', { view: viewOf('f1') });
    await port.call('applyBatch', { folderId: 'f1', gen: 1, insert: [newRow(9)], vanished: '2' });
    await port.call('applyBatch', { folderId: 'f2', gen: 1, bind: [{ messageId: 'f1.1.1', uid: 1 }] });
    const page = await port.call('snapshotPage', { snapshot, start: 0, count: 10 });
    expect(total).toBe(3);
    expect(page?.rows).toMatchObject([
      { messageId: 'f1.1.3', folderId: 'f1' },
      { messageId: 'f1.1.2', gone: true },
      { messageId: 'f1.1.1', folderId: 'f2' },
    ]);
    expect(await port.call('snapshotPage', { snapshot: 'none', start: 0, count: 1 })).toBe(null);
  });

  it('completes people, those written to first, and finds rows by Message-ID', async () => {
    const { port } = await begin(1, 2);
    await port.call('putFolders', { accountId: 'a', folders: [folderOf('f4', { role: 'sent' })] });
    await port.call('applyBatch', {
      folderId: 'f4',
      gen: 1,
      insert: [newRow(1, {}, { to: [{ name: 'Zoe Annan', address: 'Zoe@example.net' }] })],
    });
    expect(await port.call('contacts', { text: 'ann', limit: 2 })).toEqual([
      { name: 'Zoe Annan', address: 'zoe@example.net', weight: 5 },
      { name: 'Ann 1', address: 'ann1@example.org', weight: 1 },
    ]);
    expect(
      (await port.call('byMessageIdHeader', { accountId: 'a', messageIdHeader: '<m1@example.org>' }))
        .map((row) => row.messageId)
        .toSorted(),
    ).toEqual(['f1.1.1', 'f4.1.1']);
    const first = await port.call('envelopesAfter', { after: null, limit: 2 });
    const second = await port.call('envelopesAfter', { after: first.next, limit: 2 });
    expect([...first.rows, ...second.rows].map((row) => row.messageId)).toEqual([
      'f1.1.1',
      'f1.1.2',
      'f4.1.1',
    ]);
    expect(second.next).toBe(null);
  });

  it('fills and crosses segments in both directions', async () => {
    const cache = await begin();
    const uids = Array.from({ length: 1000 }, (_, n) => 1000 - n);
    for (let from = 0; from < 1000; from += 150)
      await cache.port.call('applyBatch', {
        folderId: 'f1',
        gen: 1,
        insert: uids.slice(from, from + 150).map((uid) => newRow(uid)),
      });
    for (let uid = 1001; uid < 1040; uid += 1)
      await cache.port.call('applyBatch', { folderId: 'f1', gen: 1, insert: [newRow(uid)] });
    await cache.port.call('applyBatch', { folderId: 'f1', gen: 1, vanished: '100:800' });
    for await (const port of beforeAndAfterRestart(cache)) {
      const page = await port.call('page', { view: viewOf('f1'), start: 200, count: 100 });
      expect(page.total).toBe(1039 - 701);
      expect(page.rows.map((row) => row.subject)).toEqual(
        [
          ...Array.from({ length: 39 }, (_, n) => 839 - n),
          ...Array.from({ length: 61 }, (_, n) => 99 - n),
        ].map((uid) => `Subject ${uid}`),
      );
      expect(await port.call('uids', { folderId: 'f1' })).toBe('1:99,801:1039');
    }
  });

  it('removes folders and accounts with all they had, and tells of changes', async () => {
    const { port } = await begin(1, 2);
    const notices: StoreNotice[] = [];
    port.onNotice((notice) => notices.push(notice));
    await port.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      flagChange: { uids: [2], add: ['\\Seen'], remove: [] },
    });
    expect(notices).toMatchObject([{ folders: [{ folderId: 'f1', unread: 1 }], messageIds: ['f1.1.2'] }]);
    await port.call('removeFolder', { folderId: 'f1' });
    expect((await port.call('folders', { accountId: 'a' })).map((folder) => folder.folderId)).toEqual([
      'f2',
      'f3',
    ]);
    expect(await ids(port, 'f1')).toEqual([]);
    await port.call('putFolders', { accountId: 'a', folders: [folderOf('f1')] });
    await port.call('applyBatch', { folderId: 'f1', gen: 1, insert: [newRow(8)] });
    expect(await ids(port, 'f1')).toEqual(['f1.1.8']);
    await port.call('removeAccount', { accountId: 'a' });
    expect(await port.call('folders', {})).toEqual([]);
  });

  it('refuses what makes no sense and stays usable', async () => {
    const { port } = await begin(1);
    await expect(port.call('applyBatch', { folderId: 'nowhere', gen: 1 })).rejects.toThrow();
    await expect(port.call('applyBatch', { folderId: 'f1', gen: 1, vanished: 'x' })).rejects.toThrow();
    await expect(port.call('applyBatch', { folderId: 'f1', gen: 0 })).rejects.toThrow();
    expect(await ids(port, 'f1')).toEqual(['f1.1.1']);
  });
}
