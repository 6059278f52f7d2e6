import { afterEach, expect, test } from 'vitest';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';

let world: EngineWorld;
afterEach(() => world.close());

const many = (count: number) => (server: FakeMailServer) => {
  for (let n = 1; n <= count; n += 1) server.add('INBOX', bytesOf(n));
};

const subjects = async (): Promise<string[]> =>
  (await world.rows('INBOX')).map((row) => row.subject).toSorted();

/** As a server put back from a back-up: one message for another, no number tells. */
function exchange(): void {
  const { messages } = world.server.folder('INBOX');
  const old = messages.get(4);
  if (old === undefined) throw new Error('no UID 4');
  messages.delete(4);
  messages.set(3, { ...old, uid: 3, bytes: bytesOf('restored') });
}

test('R10: once a week all UIDs are compared, though nothing tells of a change', async () => {
  world = await openEngineWorld({}, (server) => {
    many(4)(server);
    server.folder('INBOX').messages.delete(3);
  });
  await world.sync();
  exchange();
  await world.sync();
  expect(await subjects()).toEqual(['Mail 1', 'Mail 2', 'Mail 4']);
  world.clock.advance(8 * 86_400_000);
  await world.sync();
  expect(await subjects()).toEqual(['Mail 1', 'Mail 2', 'Mail restored']);
});

test('R10: UIDs are compared when a number of the server went backwards', async () => {
  world = await openEngineWorld({}, (server) => {
    many(4)(server);
    server.folder('INBOX').messages.delete(3);
  });
  await world.sync();
  exchange();
  world.server.modseq -= 1n;
  await world.sync();
  expect(await subjects()).toEqual(['Mail 1', 'Mail 2', 'Mail restored']);
});

test.each([1, 5_000])(
  'R9: a list that fails or is cut short removes nothing (%s messages)',
  async (count) => {
    world = await openEngineWorld({}, many(Math.min(count, 200)));
    await world.sync();
    const before = (await subjects()).length;
    const { listUids } = world.backend;
    Object.assign(world.backend, { listUids: () => Promise.resolve('') });
    world.server.add('INBOX', bytesOf('new'));
    world.server.folder('INBOX').messages.delete(1);
    await world.sync();
    expect((await subjects()).length).toBeGreaterThanOrEqual(count === 1 ? 1 : before);
    Object.assign(world.backend, { listUids });
    await world.sync();
    expect((await subjects()).length).toBe(before);
  },
);

test('R7: a UIDVALIDITY that changes within the session, to one used before, meets no wrong message', async () => {
  world = await openEngineWorld({}, many(3));
  await world.sync();
  const inbox = world.server.folder('INBOX');
  const first = inbox.uidValidity;
  const [row] = (await world.rows('INBOX')).filter((each) => each.subject === 'Mail 1');
  for (const validity of [first + 50, first]) {
    world.offline();
    await world.verbs.setFlags([row?.messageId ?? ''], ['\\Flagged'], []).catch(() => undefined);
    inbox.uidValidity = validity;
    const turned = [...inbox.messages.values()].toReversed();
    inbox.messages.clear();
    for (const [i, message] of turned.entries()) inbox.messages.set(i + 1, { ...message, uid: i + 1 });
    world.online();
    await world.sync();
    world.clock.advance(60_000);
    await world.sync();
    const flagged = [...inbox.messages.values()].filter((message) => message.flags.has('\\Flagged'));
    expect(flagged.map((message) => /Subject: (.*)\r/.exec(message.bytes.toString())?.[1])).toEqual([
      'Mail 1',
    ]);
    expect(await subjects()).toEqual(['Mail 1', 'Mail 2', 'Mail 3']);
  }
});

/** In which order the engine opens folders and lists them. */
function order(): string[] {
  const done: string[] = [];
  const { select, listFolders } = world.backend;
  Object.assign(world.backend, {
    select: (...args: Parameters<typeof select>) => (done.push(args[0]), select(...args)),
    listFolders: (...args: Parameters<typeof listFolders>) => (done.push('list'), listFolders(...args)),
  });
  return done;
}

test('who asks sees a large inbox before the folders are listed', async () => {
  world = await openEngineWorld({}, many(5_000));
  await world.sync();
  world.server.add('INBOX', bytesOf('new'));
  const done = order();
  await world.sync();
  expect(done).toEqual(['INBOX', 'list']);
  expect(await subjects()).toContain('Mail new');
}, 60_000);

test('R13, case 57: a large inbox with other UIDs waits for the list', async () => {
  world = await openEngineWorld({}, many(5_000));
  await world.sync();
  world.server.folder('INBOX').uidValidity += 1;
  const done = order();
  await world.sync();
  expect(done.slice(0, 3)).toEqual(['INBOX', 'list', 'INBOX']);
  expect(await subjects()).toContain('Mail 5000');
}, 60_000);
