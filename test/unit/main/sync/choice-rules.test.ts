import { afterEach, expect, test } from 'vitest';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const filled = (server: FakeMailServer): void => {
  for (let n = 1; n <= 4; n += 1) server.add('INBOX', bytesOf(n));
};

async function opened(capabilities = {}): Promise<void> {
  world = await openEngineWorld(capabilities, filled);
  await world.sync();
  world.offline();
}

const idOf = async (n: number): Promise<string> =>
  (await world.rows('INBOX')).find((row) => row.subject === `Mail ${n}`)?.messageId ?? '';

/** Another program changes marks. */
function there(uid: number, add: readonly string[], remove: readonly string[] = []): void {
  const message = world.server.folder('INBOX').messages.get(uid);
  if (message === undefined) throw new Error(`no UID ${uid}`);
  for (const flag of add) message.flags.add(flag);
  for (const flag of remove) message.flags.delete(flag);
  message.modseq = ++world.server.modseq;
}

const flags = (uid: number): string[] =>
  [...(world.server.folder('INBOX').messages.get(uid)?.flags ?? [])].toSorted();

async function goOn(): Promise<void> {
  world.online();
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  for (const row of await world.rows('INBOX')) {
    const uid = Number(/\d+/.exec(row.subject)?.[0]);
    expect(row.flags.toSorted()).toEqual(flags(uid));
  }
}

test('R5: junk and not junk give way to who chose since, and other marks do not', async () => {
  await opened();
  const [one, two, three] = [await idOf(1), await idOf(2), await idOf(3)];
  await world.verbs.setFlags([one, two, three], ['$Junk', '\\Seen'], ['$NotJunk']);
  there(1, ['$NotJunk']);
  there(2, ['\\Answered']);
  await goOn();
  expect(flags(1)).toEqual(['$NotJunk', '\\Seen']);
  expect(flags(2)).toEqual(['$Junk', '\\Answered', '\\Seen']);
  expect(flags(3)).toEqual(['$Junk', '\\Seen']);
  const stores = world.backend.calls.filter((name) => name === 'storeUnlessChanged');
  // All at once, then the one that only had another mark changed.
  expect(stores).toHaveLength(2);
});

test('R5: a label in the place of another gives way to a later choice of another program', async () => {
  world = await openEngineWorld({}, (server) => {
    filled(server);
    server.folder('INBOX').messages.get(1)?.flags.add('$label1');
    server.folder('INBOX').messages.get(2)?.flags.add('$label1');
  });
  await world.sync();
  world.offline();
  await world.verbs.setFlags([await idOf(1), await idOf(2)], ['$label2'], ['$label1']);
  there(1, [], ['$label1']);
  await goOn();
  expect(flags(1)).toEqual([]);
  expect(flags(2)).toEqual(['$label2']);
});

test('R5: our own earlier choice is not another program’s', async () => {
  await opened();
  const one = await idOf(1);
  await world.verbs.setFlags([one], ['$Junk'], ['$NotJunk']);
  // A copy between them takes the flags along: both are sent.
  await world.verbs.copy([one], world.folder('INBOX'));
  await world.verbs.setFlags([one], ['$NotJunk'], ['$Junk']);
  await goOn().catch(() => undefined);
  expect(flags(1)).toEqual(['$NotJunk']);
});

test('R5: a STORE whose answer was lost is looked up and not taken for another program’s', async () => {
  await opened();
  await world.verbs.setFlags([await idOf(1)], ['$Junk'], ['$NotJunk']);
  world.fail('storeUnlessChanged:outcome', 'unknown-done');
  world.online();
  await world.sync().catch(() => undefined);
  world.clock.advance(60_000);
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(flags(1)).toEqual(['$Junk']);
});

test('R5: when others change the message all the time, it is tried again later and never forced', async () => {
  await opened();
  await world.verbs.setFlags([await idOf(1)], ['$Junk'], ['$NotJunk']);
  const { storeUnlessChanged } = world.backend;
  Object.assign(world.backend, {
    storeUnlessChanged: (...given: Parameters<NonNullable<typeof storeUnlessChanged>>) => {
      there(1, ['\\Answered']);
      return storeUnlessChanged?.(...given);
    },
  });
  world.online();
  await world.sync();
  expect(flags(1)).toEqual(['\\Answered']);
  expect(world.journal.ops()).toHaveLength(1);
  Object.assign(world.backend, { storeUnlessChanged });
  world.clock.advance(60_000);
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(flags(1)).toEqual(['$Junk', '\\Answered']);
});

test('R5: without CONDSTORE ours is the later wish', async () => {
  await opened({ condstore: false });
  await world.verbs.setFlags([await idOf(1)], ['$Junk'], ['$NotJunk']);
  there(1, ['$NotJunk']);
  await goOn();
  expect(flags(1)).toEqual(['$Junk']);
  expect(world.backend.calls).not.toContain('storeUnlessChanged');
});

test('R5: for each other flag that we touched ours wins, and the server’s for all others', async () => {
  await opened();
  await world.verbs.setFlags([await idOf(1)], ['\\Flagged'], ['\\Seen']);
  there(1, ['\\Seen', '$Forwarded'], ['\\Flagged']);
  await goOn();
  expect(flags(1)).toEqual(['$Forwarded', '\\Flagged']);
});
