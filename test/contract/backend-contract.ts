import { expect, it } from 'vitest';
import type { Backend, Call, FolderNews, Lane } from '../../src-main/backends/backend.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { AppError } from '../../src-shared/error.ts';

/** What the suite needs to know of the server behind a backend. */
export interface BackendUnderTest {
  backend(): Backend;
  /** Hierarchy separator of folder names. */
  delimiter: string;
  /** Lets the next look of a server without push come now. */
  hurry?: () => void;
  /** The server takes no quotation marks in names. */
  noQuotes?: boolean;
}

export function mail(n: number, more = ''): Buffer {
  return Buffer.from(
    `From: =?utf-8?q?J=C3=BCrg?= <j@example.test>\r\nTo: ann@example.test\r\nSubject: =?utf-8?b?w5xidW5n?= ${n}\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <${n}@contract.test>\r\nReferences: <a@b>\r\n <c@d>\r\n${more}\r\nbody ${n} \u00e4\r\n`,
    'latin1',
  );
}

/** What every backend must do, whatever stands behind it. Each test makes folders of its own. */
export function backendContract(under: BackendUnderTest, lane: Lane): void {
  const call: Call = { lane, signal: new AbortController().signal };
  let counter = 0;
  const fresh = async (name = 'Box'): Promise<string> => {
    const path = `${name} ${lane} ${++counter}`;
    expect(await under.backend().createFolder(path, call)).toMatchObject({ state: 'done' });
    return path;
  };
  const fill = async (path: string, count: number): Promise<void> => {
    for (let n = 1; n <= count; n++) {
      const outcome = await under
        .backend()
        .append(
          path,
          mail(n),
          { flags: n === 1 ? ['\\Seen'] : [], internalDate: 1_700_000_000_000 + n * 1000 },
          call,
        );
      expect(outcome).toMatchObject({ state: 'done' });
    }
  };
  const rowsOf = async (path: string, uids = '1:*'): Promise<NewRow[]> => {
    const rows: NewRow[] = [];
    await under.backend().fetchRows(path, uids, call, (batch) => (rows.push(...batch), Promise.resolve()));
    return rows;
  };
  const uidsOf = async (path: string): Promise<number[]> => (await rowsOf(path)).map((row) => row.uid);
  const code = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return error instanceof AppError ? error.code : String(error);
    }
    return 'no error';
  };

  it('lists folders with INBOX, and odd names come back as they went', async () => {
    const names = ['Entwürfe & Co', 'R&D-2024', under.noQuotes === true ? "it's" : 'say "x"', '😀 yes'].map(
      (name) => `${name} ${lane}`,
    );
    for (const name of names)
      expect(await under.backend().createFolder(name, call)).toMatchObject({ state: 'done' });
    const folders = await under.backend().listFolders(call);
    expect(folders.find((folder) => folder.path === 'INBOX')).toMatchObject({
      role: 'inbox',
      selectable: true,
    });
    for (const name of names) {
      const folder = folders.find((one) => one.path === name);
      expect(folder).toMatchObject({ name, subscribed: true, selectable: true });
      expect(folder?.status).toMatchObject({ exists: 0, unseen: 0 });
      expect((await under.backend().select(name, call)).exists).toBe(0);
    }
  });

  it('creates, renames and deletes folders, and subscribes', async () => {
    const path = await fresh();
    const to = `${path} renamed`;
    expect(await under.backend().renameFolder(path, to, call)).toMatchObject({ state: 'done' });
    await under.backend().subscribe(to, false, call);
    const folders = await under.backend().listFolders(call);
    expect(folders.find((folder) => folder.path === to)?.subscribed).toBe(false);
    expect(folders.some((folder) => folder.path === path)).toBe(false);
    expect(await under.backend().deleteFolder(to, call)).toMatchObject({ state: 'done' });
    expect((await under.backend().listFolders(call)).some((folder) => folder.path === to)).toBe(false);
    expect(await code(under.backend().select(to, call))).toBe('not-found');
    expect(await code(under.backend().createFolder('a\r\nb', call))).toBe('bad-params');
  });

  it('appends bytes and gives rows and the very same bytes back', async () => {
    const path = await fresh();
    await fill(path, 3);
    const selected = await under.backend().select(path, call);
    expect(selected).toMatchObject({ exists: 3, readOnly: false });
    const rows = await rowsOf(path);
    expect(rows.map((row) => [row.flags, row.internalDate, row.size])).toEqual(
      [1, 2, 3].map((n) => [n === 1 ? ['\\Seen'] : [], 1_700_000_000_000 + n * 1000, mail(n).length]),
    );
    expect(rows[1]?.envelope).toEqual({
      subject: 'Übung 2',
      from: [{ name: 'Jürg', address: 'j@example.test' }],
      to: [{ name: '', address: 'ann@example.test' }],
      cc: [],
      replyTo: [{ name: 'Jürg', address: 'j@example.test' }],
      messageIdHeader: '<2@contract.test>',
      inReplyTo: '',
      references: ['<a@b>', '<c@d>'],
      sentAt: Date.UTC(1997, 10, 21, 15, 55, 6),
    });
    const uids = rows.map((row) => row.uid);
    const bodies = new Map<number, Buffer>();
    await under
      .backend()
      .fetchBodies(
        path,
        [...uids, 999_999],
        call,
        (uid, bytes) => (bodies.set(uid, Buffer.from(bytes)), Promise.resolve()),
      );
    expect([...bodies.keys()].sort()).toEqual(uids);
    expect(bodies.get(uids[1] ?? 0)?.equals(mail(2))).toBe(true);
    expect(await under.backend().status(path, call)).toMatchObject({
      exists: 3,
      unseen: 2,
      uidValidity: selected.uidValidity,
    });
  });

  it('adds and removes flags, leaves others alone, and passes over what is gone', async () => {
    const path = await fresh();
    await fill(path, 2);
    const [first = 0, second = 0] = await uidsOf(path);
    const before = (await under.backend().select(path, call)).highestModseq;
    const change = { add: ['\\Flagged', 'blue'], remove: ['\\Seen'] };
    expect(await under.backend().storeFlags(path, [first, 999_999], change, call)).toEqual({
      state: 'done',
      value: undefined,
    });
    const news: FolderNews[] = [];
    await under
      .backend()
      .fetchFlags(
        path,
        '1:*',
        before === null ? {} : { changedSince: before },
        call,
        (one) => (news.push(one), Promise.resolve()),
      );
    const flags = news.flatMap((one) => (one.kind === 'flags' ? one.flags : []));
    expect(flags.find((one) => one.uid === first)?.flags.sort()).toEqual(['\\Flagged', 'blue']);
    if (before !== null) expect(flags.some((one) => one.uid === second)).toBe(false);
  });

  it('copies, moves and expunges exactly what was named', async () => {
    const from = await fresh();
    const to = await fresh('Target');
    await fill(from, 4);
    const [a = 0, b = 0, c = 0, d = 0] = await uidsOf(from);
    const copied = await under.backend().copy(from, [a, b], to, call);
    expect(copied.state).toBe('done');
    if (copied.state === 'done' && copied.value !== null)
      expect(copied.value.map((pair) => pair.sourceUid)).toEqual([a, b]);
    if (under.backend().capabilities.move) {
      expect(await under.backend().move(from, [c], to, call)).toMatchObject({ state: 'done' });
      expect(await uidsOf(from)).toEqual([a, b, d]);
      expect(await uidsOf(to)).toHaveLength(3);
    }
    await under.backend().storeFlags(from, [a], { add: ['\\Deleted'], remove: [] }, call);
    const expunged = await under.backend().expunge(from, [b], call);
    expect(expunged).toEqual({ state: 'done', value: { expunged: under.backend().capabilities.uidplus } });
    // What another client marked stays.
    if (under.backend().capabilities.uidplus) expect(await uidsOf(from)).not.toContain(b);
    expect(await uidsOf(from)).toContain(a);
    expect(await code(under.backend().copy(from, [d], 'No such folder', call))).toBe('not-found');
  });

  it('lists UIDs as a set, finds by Message-ID and searches, newest first', async () => {
    const path = await fresh();
    expect(await under.backend().listUids(path, call)).toBe('');
    await fill(path, 3);
    const [first = 0, second = 0, third = 0] = await uidsOf(path);
    expect(await under.backend().listUids(path, call)).toBe(`${first}:${third}`);
    const wanted = ['<2@contract.test>', '<9@contract.test>'];
    expect(await under.backend().findByMessageId(path, 1, wanted, call)).toEqual([
      { uid: second, messageIdHeader: '<2@contract.test>', size: mail(2).length },
    ]);
    expect(await under.backend().findByMessageId(path, third + 1, ['<3@contract.test>'], call)).toEqual([]);
    expect(await under.backend().search(path, 'contract.test', call)).toEqual([third, second, first]);
    expect(await under.backend().search(path, 'nowhere to be found', call)).toEqual([]);
  });

  it('a cancelled call ends as cancelled, and disconnect is followed by a new connection', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await code(under.backend().listFolders({ lane, signal: abort.signal }))).toBe('cancelled');
    under.backend().disconnect();
    await under.backend().connect(call);
    await under.backend().ping(5_000);
  });

  it('marks, copies, moves and reads a message that another connection put there after the folder was opened', async () => {
    const backend = under.backend();
    const other: Call = { ...call, lane: lane === 'bulk' ? 'interactive' : 'bulk' };
    const from = await fresh();
    const to = await fresh('Target');
    await fill(from, 1);
    await backend.select(from, call);
    /** Put and looked up on the other connection: this one was told nothing of it. */
    const put = async (n: number): Promise<number> => {
      const when = { flags: [], internalDate: 1_700_000_100_000 };
      expect(await backend.append(from, mail(n), when, other)).toMatchObject({ state: 'done' });
      const uids: number[] = [];
      await backend.fetchRows(from, '1:*', other, (rows) => {
        uids.push(...rows.map(({ uid }) => uid));
        return Promise.resolve();
      });
      return Math.max(...uids);
    };
    const on = async (path: string): Promise<NewRow[]> => {
      await backend.select(path, other);
      const rows: NewRow[] = [];
      await backend.fetchRows(path, '1:*', other, (batch) => (rows.push(...batch), Promise.resolve()));
      return rows;
    };
    const marked = await put(2);
    await backend.storeFlags(from, [marked], { add: ['\\Flagged'], remove: [] }, call);
    expect((await on(from)).find(({ uid }) => uid === marked)?.flags).toContain('\\Flagged');
    const copied = await put(3);
    expect(await backend.copy(from, [copied], to, call)).toMatchObject({ state: 'done' });
    expect(await on(to)).toHaveLength(1);
    if (backend.capabilities.move) {
      await backend.select(from, call);
      const moved = await put(4);
      expect(await backend.move(from, [moved], to, call)).toMatchObject({ state: 'done' });
      expect(await on(to)).toHaveLength(2);
      expect((await on(from)).map(({ uid }) => uid)).not.toContain(moved);
    }
    await backend.select(from, call);
    const read = await put(5);
    const bodies: number[] = [];
    await backend.fetchBodies(from, [read], call, (uid) => (bodies.push(uid), Promise.resolve()));
    expect(bodies).toEqual([read]);
    // Whether it came is what is asked after a lost answer, again and again on the same connection.
    await backend.select(from, call);
    const came = await put(6);
    const found = await backend.findByMessageId(from, came, ['<6@contract.test>'], call);
    expect(found.map(({ uid }) => uid)).toEqual([came]);
  });

  it('watching hints at new mail', async () => {
    const path = await fresh();
    const abort = new AbortController();
    const news: FolderNews[] = [];
    let looks = 0;
    const watching = under.backend().watch(path, abort.signal, (one) => news.push(one));
    watching.catch(() => undefined);
    await expect
      .poll(
        async () => {
          if (news.length === 0) await fill(path, 1);
          // Not while the watch still signs in: moving the clock would time that out.
          if (++looks > 3) under.hurry?.();
          return news.length;
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBeGreaterThan(0);
    abort.abort();
    await watching;
    expect(news.every((one) => one.kind !== 'rows')).toBe(true);
  });
}
