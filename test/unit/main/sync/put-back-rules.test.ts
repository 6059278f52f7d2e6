import { afterEach, expect, test } from 'vitest';
import { journalEntries, journalHandlers } from '../../../../src-main/ipc/handlers/journal-handlers.ts';
import type { BackendCapabilities } from '../../../../src-main/backends/backend.ts';
import type { Engines } from '../../../../src-main/sync/engines.ts';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const day = 86_400_000;

const filled = (server: FakeMailServer): void => {
  server.create('Box');
  server.create('Trash');
  for (let n = 1; n <= 3; n += 1) server.add('INBOX', bytesOf(n), ['\\Seen'], n * day);
};

async function opened(capabilities: Partial<BackendCapabilities> = {}): Promise<void> {
  world = await openEngineWorld(capabilities, filled);
  await world.sync();
  await world.engine.sync({ bodies: 'all' });
  world.offline();
}

const idOf = async (n: number): Promise<string> =>
  (await world.rows('INBOX')).find((row) => row.subject === `Mail ${n}`)?.messageId ?? '';

function gone(uid: number): void {
  world.server.folder('INBOX').messages.delete(uid);
  world.server.modseq++;
}

const onServer = (path: string): string[] =>
  [...world.server.folder(path).messages.values()]
    .map((message) => /Subject: (.*)\r/.exec(message.bytes.toString())?.[1] ?? '')
    .toSorted();

async function goOn(): Promise<void> {
  world.online();
  await world.sync().catch(() => undefined);
  world.clock.advance(60_000);
  await world.sync();
}

/** What a window and the automation interface call. */
const handlers = () =>
  journalHandlers({
    journal: world.journal,
    cache: world.cache,
    register: world.register,
    engines: { get: () => world.engine } as unknown as Engines,
  });

const servers: [string, Partial<BackendCapabilities>][] = [
  ['with MOVE', {}],
  ['with MOVE, without UIDPLUS', { uidplus: false }],
  ['without MOVE', { move: false }],
  ['without MOVE and UIDPLUS', { move: false, uidplus: false }],
];

test.each(servers)(
  'R6: of a message that was deleted elsewhere before it could be moved the copy is offered, and put back once (%s)',
  async (_name, capabilities) => {
    await opened(capabilities);
    await world.verbs.move([await idOf(1), await idOf(2)], world.folder('Box'));
    gone(1);
    await goOn();
    expect(onServer('Box')).toEqual(['Mail 2']);
    const [entry, ...more] = journalEntries(world.journal);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ state: 'parked', offer: 'put-back', cancellable: true });
    expect(entry?.sentence).toBe('Put “Mail 1” back, into Box');
    expect(entry?.error?.detail).toMatch(/Another program deleted it/);
    // Nothing happens by itself.
    await goOn();
    expect(onServer('Box')).toEqual(['Mail 2']);
    world.backend.calls.length = 0;
    await handlers()['journal.retry']({ opId: entry?.opId ?? '' });
    await expect.poll(() => world.journal.ops()).toEqual([]);
    await goOn();
    expect(onServer('Box')).toEqual(['Mail 1', 'Mail 2']);
    const row = (await world.rows('Box')).find(({ subject }) => subject === 'Mail 1');
    expect(row).toMatchObject({ flags: ['\\Seen'], readableOffline: true });
    expect(world.backend.calls).not.toContain('fetchBodies');
  },
);

test('R6: of a message that was deleted elsewhere before it could be copied the copy is offered', async () => {
  await opened();
  await world.verbs.copy([await idOf(1), await idOf(2)], world.folder('Box'));
  gone(1);
  await goOn();
  expect(onServer('Box')).toEqual(['Mail 2']);
  const [entry] = journalEntries(world.journal);
  expect(entry).toMatchObject({ offer: 'put-back' });
  await handlers()['journal.cancel']({ opId: entry?.opId ?? '' });
  await goOn();
  expect(onServer('Box')).toEqual(['Mail 2']);
  expect(world.journal.ops()).toEqual([]);
});

test('R6: a message that a pass already missed is offered too', async () => {
  await opened();
  await world.verbs.move([await idOf(1)], world.folder('Box'));
  gone(1);
  // The folder is asked before the change goes out.
  world.fail('move', { next: 'retry', scope: 'folder' });
  await goOn();
  expect(await world.rows('Box')).toEqual([]);
  expect(journalEntries(world.journal)).toMatchObject([{ offer: 'put-back' }]);
});

test('R6: a lost answer offers nothing of what was moved, and one offer of what was not', async () => {
  await opened();
  await world.verbs.move([await idOf(1), await idOf(2)], world.folder('Box'));
  gone(1);
  world.fail('move:outcome', 'unknown-done');
  await goOn();
  expect(onServer('Box')).toEqual(['Mail 2']);
  expect(journalEntries(world.journal)).toMatchObject([
    { offer: 'put-back', sentence: 'Put “Mail 1” back, into Box' },
  ]);
});

test('R6: what another program moved is not offered, or the offer is withdrawn when it is found', async () => {
  await opened();
  await world.verbs.move([await idOf(1)], world.folder('Box'));
  const { bytes } = world.server.folder('INBOX').messages.get(1) ?? { bytes: Buffer.alloc(0) };
  gone(1);
  world.server.create('Elsewhere');
  world.server.add('Elsewhere', bytes, [], day);
  await goOn();
  expect(journalEntries(world.journal)).toEqual([]);
  expect(onServer('Box')).toEqual([]);
});

test('R6: nothing is offered of flags, of deletions, and of what was on its way to the trash', async () => {
  await opened();
  await world.verbs.setFlags([await idOf(1)], ['\\Flagged'], []);
  await world.verbs.delete([await idOf(2)], true);
  await world.verbs.delete([await idOf(3)], false);
  for (const uid of [1, 2, 3]) gone(uid);
  await goOn();
  expect(world.journal.ops()).toEqual([]);
});

test('R6: without its bytes nothing can be offered, and nothing is made up', async () => {
  world = await openEngineWorld({}, filled);
  await world.sync();
  world.offline();
  await world.verbs.move([await idOf(1)], world.folder('Box'));
  gone(1);
  await goOn();
  expect(world.journal.ops()).toEqual([]);
  expect(onServer('Box')).toEqual([]);
});
