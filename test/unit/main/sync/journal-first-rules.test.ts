import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../../../src-shared/error.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

async function opened(): Promise<void> {
  world = await openEngineWorld({}, (server) => {
    server.create('Box');
    for (let n = 1; n <= 3; n += 1) server.add('INBOX', bytesOf(n));
  });
  await world.sync();
}

const idOf = async (n: number): Promise<string> =>
  (await world.rows('INBOX')).find((row) => row.subject === `Mail ${n}`)?.messageId ?? '';

/** The last state that the file says of an operation. */
function stateOnDisk(opId: string): string | undefined {
  const states = [...world.journalOnDisk().matchAll(/\{"t":"(?:change|op)".*/g)].flatMap(([line]) =>
    line.includes(`"${opId}"`) ? (/"state":"(\w+)"/.exec(line)?.[1] ?? []) : [],
  );
  return states.at(-1);
}

test('R1: yes is said only when the change is on the disk', async () => {
  await opened();
  world.offline();
  const [opId = ''] = await world.verbs.setFlags([await idOf(1)], ['\\Flagged'], []);
  expect(stateOnDisk(opId)).toBe('queued');
});

test('R1: what cannot be written down is refused, not shown and not sent', async () => {
  await opened();
  const { append } = world.journal;
  const full = new AppError({ code: 'quota', scope: 'app', next: 'tell-user', detail: 'The disk is full.' });
  Object.assign(world.journal, { append: () => Promise.reject(full) });
  await expect(world.verbs.setFlags([await idOf(1)], ['\\Flagged'], [])).rejects.toThrow('The disk is full.');
  expect((await world.rows('INBOX')).flatMap((row) => row.flags)).toEqual([]);
  Object.assign(world.journal, { append });
  await world.sync();
  expect(world.backend.calls).not.toContain('storeFlags');
});

test.each(['storeFlags', 'move', 'copy', 'expunge', 'append'] as const)(
  'R1: %s is on its way in the journal before it is on the wire',
  async (method) => {
    await opened();
    world.offline();
    const one = [await idOf(1)];
    const box = world.folder('Box');
    if (method === 'storeFlags') await world.verbs.setFlags(one, ['\\Flagged'], []);
    else if (method === 'move') await world.verbs.move(one, box);
    else if (method === 'copy') await world.verbs.copy(one, box);
    else if (method === 'expunge') await world.verbs.delete(one, true);
    else
      await world.submit.ops([
        {
          accountId: 'a1',
          action: {
            kind: 'append',
            folderId: box,
            messageId: 'n1',
            blob: await world.keepBlob(bytesOf(9)),
            flags: [],
            internalDate: 0,
            messageIdHeader: '<m9@b.test>',
            purpose: 'sent',
          },
          targets: [],
          patches: [],
          mark: 'append',
          sentence: 'Put 1 message into Box',
        },
      ]);
    const [op] = world.journal.ops();
    const seen: (string | undefined)[] = [];
    const real = world.backend[method] as (...given: unknown[]) => unknown;
    Object.assign(world.backend, {
      [method]: (...given: unknown[]) => {
        seen.push(stateOnDisk(op?.opId ?? ''));
        return real(...given);
      },
    });
    world.online();
    await world.sync();
    expect(seen).toEqual(['sent']);
    expect(world.journal.ops()).toEqual([]);
  },
);

test('R14: what time heals waits and is tried again, longer each time; what it does not heal is parked', async () => {
  await opened();
  world.offline();
  await world.verbs.setFlags([await idOf(1)], ['\\Flagged'], []);
  await world.verbs.move([await idOf(2)], world.folder('Box'));
  world.fail('storeFlags', { next: 'retry', server: { text: 'busy', code: 'UNAVAILABLE' } }, 2);
  world.fail('move', { code: 'quota', server: { text: 'full', code: 'OVERQUOTA' } });
  world.online();
  await world.sync();
  const waits: number[] = [];
  for (let tries = 1; tries <= 2; tries += 1) {
    const [flags] = world.journal.ops();
    expect(flags).toMatchObject({ tries, error: { next: 'retry' } });
    waits.push((flags?.nextTryAt ?? 0) - world.clock.now());
    world.clock.advance(waits.at(-1) ?? 0);
    await world.sync();
  }
  expect(waits[0]).toBeGreaterThan(0);
  expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
  expect(world.journal.ops().map((op) => [op.action.kind, op.state, op.error?.code])).toEqual([
    ['move', 'parked', 'quota'],
  ]);
  expect([...(world.server.folder('INBOX').messages.get(1)?.flags ?? [])]).toEqual(['\\Flagged']);
});
