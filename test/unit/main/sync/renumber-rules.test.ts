import { afterEach, expect, test } from 'vitest';
import type { MessageRow } from '../../../../src-shared/model/message.ts';
import type { FakeMailServer, FakeMessage } from '../../../fakes/fake-backend.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const day = 86_400_000;

const filled =
  (count: number, change: (message: FakeMessage, n: number) => void = () => undefined) =>
  (server: FakeMailServer): void => {
    server.create('Box');
    for (let n = 1; n <= count; n += 1) {
      const uid = server.add('INBOX', bytesOf(n), [], n * day);
      const message = server.folder('INBOX').messages.get(uid);
      if (message !== undefined) change(message, n);
    }
  };

/** The server numbers INBOX anew: in this order of its old UIDs, from 1 on. */
function numberAnew(order: readonly number[]): void {
  const inbox = world.server.folder('INBOX');
  const old = order.flatMap((uid) => inbox.messages.get(uid) ?? []);
  inbox.messages.clear();
  inbox.uidValidity += 50;
  old.forEach((message, i) =>
    inbox.messages.set(i + 1, { ...message, uid: i + 1, flags: new Set(message.flags) }),
  );
  inbox.uidNext = old.length + 1;
}

const bySubject = async (path = 'INBOX'): Promise<Map<string, MessageRow>> =>
  new Map((await world.rows(path)).map((row) => [row.subject, row]));
const idOf = async (n: number | string): Promise<string> =>
  (await bySubject()).get(`Mail ${n}`)?.messageId ?? '';
const ids = async (): Promise<Map<string, string>> =>
  new Map([...(await bySubject())].map(([subject, row]) => [subject, row.messageId]));
const fetched = (method: string): number => world.backend.calls.filter((name) => name === method).length;
const onServer = (path: string): string[] =>
  [...world.server.folder(path).messages.values()]
    .map((message) => /Subject: (.*)\r/.exec(message.bytes.toString())?.[1] ?? '')
    .toSorted();

test('R7: rows keep their ids and bodies when a folder is numbered anew, and nothing is fetched again', async () => {
  world = await openEngineWorld({}, filled(5));
  await world.sync();
  await world.engine.sync({ bodies: 'all' });
  const before = await ids();
  const inbox = world.server.folder('INBOX');
  inbox.messages.get(2)?.flags.add('\\Seen');
  numberAnew([5, 3, 1, 2, 4]);
  world.server.add('INBOX', bytesOf('new'), [], 9 * day);
  world.backend.calls.length = 0;
  await world.engine.sync({ bodies: 'all' });
  const after = await bySubject();
  for (const [subject, messageId] of before) {
    expect(after.get(subject)).toMatchObject({ messageId, readableOffline: true });
  }
  expect(after.size).toBe(6);
  expect(after.get('Mail 2')?.flags).toContain('\\Seen');
  // Only the new one.
  expect(fetched('fetchRows')).toBe(1);
  expect(fetched('fetchBodies')).toBe(1);
  // A next pass has nothing to mend.
  world.backend.calls.length = 0;
  await world.engine.sync({ bodies: 'all' });
  expect(fetched('fetchRows') + fetched('fetchIdentities') + fetched('fetchBodies')).toBe(0);
  expect(await ids()).toEqual(new Map([...after].map(([subject, row]) => [subject, row.messageId])));
});

test('R7: an EMAILID tells apart what has one Message-ID, size and date', async () => {
  const twin = bytesOf('twin');
  world = await openEngineWorld(
    {},
    filled(4, (message, n) => {
      message.emailId = `E${n}`;
      if (n < 3) Object.assign(message, { bytes: twin, internalDate: day });
    }),
  );
  await world.sync();
  const second = world.server.folder('INBOX').messages.get(2);
  second?.flags.add('\\Flagged');
  if (second !== undefined) second.modseq = ++world.server.modseq;
  await world.sync();
  const flagged = (await world.rows('INBOX')).find((row) => row.flags.includes('\\Flagged'))?.messageId ?? '';
  world.offline();
  await world.verbs.delete([flagged], true);
  numberAnew([4, 2, 3, 1]);
  world.online();
  await world.sync();
  world.clock.advance(60_000);
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect([...world.server.folder('INBOX').messages.values()].map((message) => message.emailId)).toEqual([
    'E4',
    'E3',
    'E1',
  ]);
});

test('R7: another EMAILID is another message, whatever else is the same', async () => {
  world = await openEngineWorld(
    {},
    filled(3, (message, n) => (message.emailId = `E${n}`)),
  );
  await world.sync();
  const one = await idOf(1);
  world.offline();
  await world.verbs.delete([one], true);
  const first = world.server.folder('INBOX').messages.get(1);
  if (first !== undefined) first.emailId = 'E9';
  numberAnew([3, 1, 2]);
  world.online();
  await world.sync();
  world.clock.advance(60_000);
  await world.sync();
  expect(onServer('INBOX')).toEqual(['Mail 1', 'Mail 2', 'Mail 3']);
  expect(world.journal.ops().map((op) => op.state)).toEqual(['parked']);
});

test('R7: a spurious change keeps everything as it is, and what waits goes to the right messages', async () => {
  world = await openEngineWorld({}, filled(10));
  await world.sync();
  const before = await ids();
  world.offline();
  await world.verbs.delete([await idOf(3)], true);
  await world.verbs.setFlags([await idOf(4)], ['\\Flagged'], []);
  const inbox = world.server.folder('INBOX');
  inbox.messages.delete(9);
  inbox.uidValidity += 50;
  world.online();
  world.backend.calls.length = 0;
  await world.sync();
  world.clock.advance(60_000);
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(fetched('fetchRows')).toBe(0);
  before.delete('Mail 3');
  before.delete('Mail 9');
  expect(await ids()).toEqual(before);
  expect([...(inbox.messages.get(4)?.flags ?? [])]).toEqual(['\\Flagged']);
  expect(inbox.messages.has(3)).toBe(false);
});

test('R7: of a change that is spurious for four in five, those keep their place though their dates changed', async () => {
  world = await openEngineWorld({}, filled(10));
  await world.sync();
  const before = await ids();
  const inbox = world.server.folder('INBOX');
  const other = inbox.messages.get(5);
  if (other !== undefined) inbox.messages.set(5, { ...other, bytes: bytesOf('another') });
  for (const message of inbox.messages.values()) message.internalDate += 1_000;
  inbox.uidValidity += 50;
  await world.sync();
  before.delete('Mail 5');
  const after = await ids();
  for (const [subject, messageId] of before) expect(after.get(subject)).toBe(messageId);
  expect(after.get('Mail another')).not.toBe(undefined);
  expect(after.size).toBe(10);
});

test('R7: what cannot be told with certainty is parked, and the rest of the same change goes on', async () => {
  const twin = bytesOf('twin');
  world = await openEngineWorld(
    {},
    filled(5, (message, n) => {
      if (n < 3) Object.assign(message, { bytes: twin, internalDate: day });
    }),
  );
  await world.sync();
  world.offline();
  const all = (await world.rows('INBOX')).map((row) => row.messageId);
  await world.verbs.move(all, world.folder('Box'));
  numberAnew([5, 2, 1, 4, 3]);
  world.online();
  await world.sync();
  world.clock.advance(60_000);
  await world.sync();
  expect(onServer('Box')).toEqual(['Mail 3', 'Mail 4', 'Mail 5']);
  expect(onServer('INBOX')).toEqual(['Mail twin', 'Mail twin']);
  const [op, ...more] = world.journal.ops();
  expect(more).toEqual([]);
  expect(op).toMatchObject({ state: 'parked', targets: [{}, {}] });
  expect(op?.error?.detail).toMatch(/numbered the folder anew/);
});

test('R7: an APPEND that waits survives, and goes to the folder under its new numbers', async () => {
  world = await openEngineWorld({}, filled(3));
  await world.sync();
  world.offline();
  const bytes = bytesOf('appended');
  const blob = await world.keepBlob(bytes);
  await world.submit.ops([
    {
      accountId: 'a1',
      action: {
        kind: 'append',
        folderId: world.folder('INBOX'),
        messageId: 'n1',
        blob,
        flags: [],
        internalDate: day,
        messageIdHeader: '<mappended@b.test>',
        purpose: 'sent',
      },
      targets: [],
      patches: [],
      mark: 'append',
      sentence: 'Put a message into Inbox',
    },
  ]);
  numberAnew([3, 2, 1]);
  world.online();
  await world.sync();
  world.clock.advance(60_000);
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(onServer('INBOX')).toEqual(['Mail 1', 'Mail 2', 'Mail 3', 'Mail appended']);
});

test.each(['cache', 'register'] as const)(
  'R7: a new numbering that only the %s knows after a kill is mended, and ids stay',
  async (ahead) => {
    world = await openEngineWorld({}, filled(4));
    await world.sync();
    const before = await ids();
    const folderId = world.folder('INBOX');
    const { uidValidity, gen } = world.register.get(folderId) ?? { uidValidity: null, gen: 0 };
    numberAnew([4, 3, 2, 1]);
    if (ahead === 'cache') {
      await world.sync();
      world.register.change(folderId, { uidValidity, gen });
    } else
      world.register.change(folderId, {
        uidValidity: world.server.folder('INBOX').uidValidity,
        gen: gen + 1,
      });
    await world.verbs.delete([before.get('Mail 1') ?? ''], true);
    await world.sync().catch(() => undefined);
    world.clock.advance(60_000);
    await world.sync();
    expect(world.journal.ops()).toEqual([]);
    expect(onServer('INBOX')).toEqual(['Mail 2', 'Mail 3', 'Mail 4']);
    before.delete('Mail 1');
    expect(await ids()).toEqual(before);
    expect(world.register.get(folderId)).toMatchObject({
      gen: gen + 1,
      uidValidity: world.server.folder('INBOX').uidValidity,
    });
  },
);
