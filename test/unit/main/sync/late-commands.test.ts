import { afterEach, expect, test } from 'vitest';
import { journalHandlers } from '../../../../src-main/ipc/handlers/journal-handlers.ts';
import { createFolderVerbs } from '../../../../src-main/sync/folder-verbs.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const verbs = (): ReturnType<typeof createFolderVerbs> =>
  createFolderVerbs(world.submit, world.register, world.cache, world.journal);
const paths = (): string[] => [...world.server.folders.keys()].toSorted();

/** The server still carries out what a lost connection brought, while the same is asked for again. */
function late(method: 'createFolder' | 'renameFolder' | 'deleteFolder', carryOut: () => void): void {
  const plain = world.backend[method].bind(world.backend) as (...args: unknown[]) => Promise<unknown>;
  let isFirst = true;
  Object.assign(world.backend, {
    [method]: async (...args: unknown[]) => {
      if (isFirst) carryOut();
      isFirst = false;
      return plain(...args);
    },
  });
}

test('a folder that appears between the look and CREATE is the one that was to be made', async () => {
  world = await openEngineWorld();
  await world.sync();
  const folderId = await verbs().create('a1', 'Late');
  late('createFolder', () => world.server.create('Late'));
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(world.register.get(folderId)).toMatchObject({ path: 'Late', local: false });
});

test('a folder that is renamed between the look and RENAME has its new name', async () => {
  world = await openEngineWorld({}, (server) => server.create('Old'));
  await world.sync();
  await verbs().rename(world.folder('Old'), 'New');
  late('renameFolder', () => {
    world.server.folders.set('New', world.server.folder('Old'));
    world.server.folders.delete('Old');
  });
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(paths()).toEqual(['INBOX', 'New']);
});

test('a folder that goes between the look and DELETE is deleted', async () => {
  world = await openEngineWorld({}, (server) => server.create('Old'));
  await world.sync();
  await verbs().delete(world.folder('Old'));
  late('deleteFolder', () => void world.server.folders.delete('Old'));
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(paths()).toEqual(['INBOX']);
});

/** The server has heard the command whose connection was lost, and does it a second later. */
function lostAndLate(method: 'copy' | 'deleteFolder', seen: unknown[] = []): unknown[] {
  const plain = world.backend[method].bind(world.backend) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(world.backend, {
    [method]: async (...args: unknown[]) => {
      seen.push(args[0]);
      if (seen.length > 1) return plain(...args);
      setTimeout(() => void plain(...args.slice(0, -1), { lane: 'bulk', signal: quiet }), 1_000);
      return { state: 'unknown', detail: 'The connection was lost.' };
    },
  });
  return seen;
}
const quiet = new AbortController().signal;

test('a deletion that may still come is not sent again at once: the later one would take what was made anew', async () => {
  world = await openEngineWorld({}, (server) => server.create('Old'));
  await world.sync();
  const sent = lostAndLate('deleteFolder');
  await verbs().delete(world.folder('Old'));
  await world.sync();
  expect(sent).toEqual(['Old']);
  expect(world.journal.ops()).toEqual([]);
  expect(paths()).toEqual(['INBOX']);
});

test('a folder that another program made anew under the name is not deleted with its mail', async () => {
  world = await openEngineWorld({}, (server) => {
    server.create('Old');
    server.add('Old', bytesOf(1));
  });
  await world.sync();
  world.offline();
  await verbs().delete(world.folder('Old'));
  world.server.folders.delete('Old');
  world.server.create('Old').uidValidity = 4_711;
  world.server.add('Old', bytesOf(2));
  world.online();
  await world.sync();
  expect(world.server.folder('Old').messages.size).toBe(1);
  expect(world.journal.ops()).toMatchObject([
    { state: 'parked', error: { detail: expect.stringContaining('anew') as string } },
  ]);
});

test('a folder that could not be made, and that another program made, stays when its making is taken back', async () => {
  world = await openEngineWorld();
  await world.sync();
  const { 'journal.cancel': cancel } = journalHandlers({
    journal: world.journal,
    cache: world.cache,
    register: world.register,
    engines: { get: () => undefined } as never,
  });
  const folderId = await verbs().create('a1', 'Shared');
  world.fail('createFolder', {});
  await world.sync();
  expect(world.journal.ops().map(({ state }) => state)).toEqual(['parked']);
  world.server.create('Shared');
  world.server.add('Shared', bytesOf(1));
  await world.sync();
  for (const { opId } of world.journal.ops()) await cancel({ opId });
  expect(world.register.get(folderId)?.path).toBe('Shared');
  await world.sync();
  expect(world.register.all('a1').map(({ path }) => path)).toEqual(['INBOX', 'Shared']);
  expect(await world.rows('Shared')).toHaveLength(1);

  // One that nobody made goes.
  await verbs().create('a1', 'Mine');
  world.fail('createFolder', {});
  await world.sync();
  for (const { opId } of world.journal.ops()) await cancel({ opId });
  expect(world.register.byPath('a1', 'Mine')).toBe(undefined);
});

/** The connection goes with this command; the server carries it out after it was looked for once. */
function cutAndLate(method: 'copy' | 'append'): { looks: number } {
  const { backend } = world;
  const plain = backend[method].bind(backend) as (...args: unknown[]) => Promise<unknown>;
  const find = backend.findByMessageId.bind(backend);
  const seen = { looks: 0 };
  let cut: unknown[] | null = null;
  let isFirst = true;
  Object.assign(backend, {
    [method]: async (...args: unknown[]) => {
      if (!isFirst) return plain(...args);
      isFirst = false;
      // Its own connection is gone: nobody cancels it any more.
      cut = [...args.slice(0, -1), { lane: 'bulk', signal: new AbortController().signal }];
      return { state: 'unknown', detail: 'The connection was lost.' };
    },
    findByMessageId: async (...args: Parameters<typeof find>) => {
      const found = await find(...args);
      if (cut !== null) {
        seen.looks += 1;
        const late = cut;
        cut = null;
        await plain(...late);
      }
      return found;
    },
  });
  return seen;
}

/** Waits for the journal to be empty; the pauses between two tries are the clock's. */
async function emptied(): Promise<void> {
  const left = (): number => {
    world.clock.advance(500);
    return world.journal.ops().length;
  };
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
}

const seeded = async (capabilities = {}): Promise<string[]> => {
  world = await openEngineWorld(capabilities, (server) => {
    server.create('Box');
    for (let n = 1; n <= 3; n += 1) server.add('INBOX', bytesOf(n));
  });
  await world.sync();
  return (await world.rows('INBOX')).map((row) => row.messageId);
};

test('R2: a COPY that the server carries out after it was looked for is not made twice', async () => {
  const ids = await seeded();
  const seen = cutAndLate('copy');
  await world.verbs.copy(ids, world.folder('Box'));
  await emptied();
  expect(seen.looks).toBe(1);
  expect(world.server.folder('Box').messages.size).toBe(3);
  await world.sync();
  expect(await world.rows('Box')).toHaveLength(3);
});

test('R2: an emulated MOVE whose COPY comes late doubles nothing', async () => {
  const ids = await seeded({ move: false });
  const seen = cutAndLate('copy');
  await world.verbs.move(ids, world.folder('Box'));
  await emptied();
  expect(seen.looks).toBe(1);
  expect(world.server.folder('Box').messages.size).toBe(3);
  expect(world.server.folder('INBOX').messages.size).toBe(0);
});

test('R2: an APPEND that comes late is not made twice', async () => {
  await seeded();
  const seen = cutAndLate('append');
  const blob = await world.keepBlob(bytesOf('late'));
  await world.submit.ops([
    {
      accountId: 'a1',
      action: {
        kind: 'append',
        folderId: world.folder('Box'),
        messageId: 'late1',
        blob,
        flags: [],
        internalDate: 0,
        messageIdHeader: '<mlate@b.test>',
        purpose: 'sent',
      },
      targets: [],
      patches: [],
      mark: 'move',
      sentence: 'Keep a copy',
    },
  ]);
  await emptied();
  expect(seen.looks).toBe(1);
  expect(world.server.folder('Box').messages.size).toBe(1);
});

test('R2: a COPY that was lost for good is made, once, some seconds later', async () => {
  const ids = await seeded();
  world.fail('copy:outcome', 'unknown');
  await world.verbs.copy(ids, world.folder('Box'));
  await emptied();
  expect(world.server.folder('Box').messages.size).toBe(3);
});

test('R2: a sync waits for the second look, and tells of the copies', async () => {
  const ids = await seeded();
  const sent = lostAndLate('copy');
  world.offline();
  await world.verbs.copy(ids, world.folder('Box'));
  world.online();
  await world.sync();
  expect(sent).toEqual(['INBOX']);
  expect(world.journal.ops()).toEqual([]);
  expect(await world.rows('Box')).toHaveLength(3);
});

test('R2: looking again counts as no try; a refusal was an answer and is not waited for', async () => {
  const ids = await seeded();
  world.fail('copy:outcome', 'unknown');
  await world.verbs.copy(ids, world.folder('Box'));
  const waits = (): number => (world.journal.ops()[0]?.nextTryAt ?? 0) - world.clock.now();
  await expect.poll(waits, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(waits()).toBeLessThanOrEqual(4_000);
  expect(world.journal.ops()[0]).toMatchObject({ state: 'unknown', tries: 1 });
  await emptied();
  expect(world.server.folder('Box').messages.size).toBe(3);

  world.fail('copy', { next: 'retry' });
  const [again = ''] = ids;
  await world.verbs.copy([again], world.folder('Box'));
  await expect.poll(waits, { timeout: 10_000 }).toBeGreaterThan(0);
  world.clock.advance(6_001);
  // The timer may be set only now: a millisecond for each look, far from another four seconds.
  const left = (): number => {
    world.clock.advance(1);
    return world.journal.ops().length;
  };
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
  expect(world.server.folder('Box').messages.size).toBe(4);
});

test('R13: a folder that another program renamed a moment ago is found by its new name, and nothing is parked', async () => {
  const ids = await seeded();
  const rename = (from: string, to: string): void => {
    world.server.folders.set(to, world.server.folder(from));
    world.server.folders.delete(from);
  };
  await world.verbs.move(ids.slice(0, 2), world.folder('Box'));
  await emptied();
  await world.sync();
  const folderId = world.folder('Box');
  const moved = (await world.rows('Box')).map((row) => row.messageId);

  // Where it goes to,
  rename('Box', 'Crate');
  await world.verbs.move(ids.slice(2), folderId);
  await emptied();
  expect(world.server.folder('Crate').messages.size).toBe(3);
  expect(world.register.get(folderId)?.path).toBe('Crate');

  // and where it comes from.
  rename('Crate', 'Chest');
  await world.verbs.move(moved, world.folder('INBOX'));
  await emptied();
  expect(world.server.folder('Chest').messages.size).toBe(1);
  expect(world.server.folder('INBOX').messages.size).toBe(2);
});

test('a mark that comes late does not undo the opposite wish that was sent after it', async () => {
  await seeded();
  const id =
    (await world.rows('INBOX')).find(({ messageIdHeader }) => messageIdHeader === '<m1@b.test>')?.messageId ??
    '';
  const { backend, clock } = world;
  const plain = backend.storeFlags.bind(backend);
  let late: (() => Promise<unknown>) | null = null;
  let calls = 0;
  Object.assign(backend, {
    storeFlags: async (...args: Parameters<typeof plain>) => {
      calls += 1;
      if (calls > 1) return plain(...args);
      const [path, uids, change] = args;
      late = () => plain(path, uids, change, { lane: 'bulk', signal: quiet });
      return { state: 'unknown', detail: 'The connection was lost.' };
    },
  });
  const flagsOf = (): string[] => [...(world.server.folder('INBOX').messages.get(1)?.flags ?? [])];
  await world.verbs.setFlags([id], ['\\Flagged'], []);
  await world.sync().catch(() => undefined);
  await emptied();
  expect(calls).toBe(2);
  await world.verbs.setFlags([id], [], ['\\Flagged']);
  // Held: what the server had read may come yet.
  await expect.poll(() => world.journal.ops().map(({ nextTryAt }) => nextTryAt !== null)).toEqual([true]);
  clock.advance(2_000);
  await late!();
  expect(flagsOf()).toContain('\\Flagged');
  await emptied();
  expect(flagsOf()).not.toContain('\\Flagged');
  await world.sync();
  expect((await world.rows('INBOX')).find((row) => row.messageId === id)?.flags).not.toContain('\\Flagged');
});
