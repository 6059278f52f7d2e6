import { afterEach, expect, test } from 'vitest';
import { createFolderVerbs } from '../../../../src-main/sync/folder-verbs.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

async function opened(count: number): Promise<void> {
  world = await openEngineWorld({}, (server) => {
    server.create('Box');
    server.create('Kept');
    for (let n = 1; n <= count; n += 1) server.add('Box', bytesOf(n), [], n * 1_000);
  });
  await world.sync();
}

/** Another program renames the folder, and the server numbers anew what is in it: backwards, from 1 on. */
function renamedAnew(from: string, to: string): void {
  const folder = world.server.folder(from);
  world.server.folders.delete(from);
  const old = [...folder.messages.values()].toReversed();
  folder.messages.clear();
  folder.uidValidity += 50;
  old.forEach((message, i) =>
    folder.messages.set(i + 1, { ...message, uid: i + 1, flags: new Set(message.flags) }),
  );
  folder.uidNext = old.length + 1;
  world.server.folders.set(to, folder);
}

const rename = (path: string, to: string): Promise<void> =>
  createFolderVerbs(world.submit, world.register, world.cache, world.journal).rename(world.folder(path), to);
const idOf = async (path: string, n: number): Promise<string> =>
  (await world.rows(path)).find((row) => row.subject === `Mail ${n}`)?.messageId ?? '';
const paths = (): string[] => world.register.all('a1').map((entry) => entry.path);
/** Numbers of the folder's mails on the server, those with a star marked. */
const onServer = (path: string): string[] =>
  [...world.server.folder(path).messages.values()]
    .map(
      ({ bytes, flags }) =>
        `${/Subject: Mail (.*)\r/.exec(bytes.toString())?.[1] ?? ''}${flags.has('\\Flagged') ? '*' : ''}`,
    )
    .toSorted();

async function goOn(): Promise<void> {
  world.online();
  for (let n = 0; n < 3; n += 1) {
    await world.sync();
    world.clock.advance(60_000);
  }
}

/** A star, a deletion, a move out and a move in, all of which wait. */
async function clicks(): Promise<void> {
  await world.verbs.setFlags([await idOf('Box', 1)], ['\\Flagged'], []);
  await world.verbs.delete([await idOf('Box', 2)], true);
  await world.verbs.move([await idOf('Box', 3)], world.folder('Kept'));
}

test('R7, R13: what waits in a folder that another program renamed and the server numbered anew is carried out', async () => {
  await opened(8);
  const [box, four] = [world.folder('Box'), await idOf('Box', 4)];
  world.offline();
  await clicks();
  renamedAnew('Box', 'There');
  await goOn();
  expect(world.journal.ops()).toEqual([]);
  expect(onServer('There')).toEqual(['1*', '4', '5', '6', '7', '8']);
  expect(onServer('Kept')).toEqual(['3']);
  expect([world.folder('There'), await idOf('There', 4)]).toEqual([box, four]);
  expect(paths().toSorted()).toEqual(['INBOX', 'Kept', 'There']);
});

test('case 55, R7: renamed on both sides and numbered anew, the mail is found and the name is said', async () => {
  await opened(8);
  world.offline();
  await clicks();
  await rename('Box', 'Ours');
  renamedAnew('Box', 'Theirs');
  await goOn();
  expect(onServer('Theirs')).toEqual(['1*', '4', '5', '6', '7', '8']);
  expect(onServer('Kept')).toEqual(['3']);
  expect(world.journal.ops()).toMatchObject([
    {
      state: 'parked',
      action: { kind: 'folder-rename' },
      error: { detail: expect.stringMatching(/to “Theirs”/) },
    },
  ]);
});

test('case 55, R7: renamed to the same name on both sides and numbered anew, it is one folder', async () => {
  await opened(8);
  world.offline();
  await clicks();
  await rename('Box', 'Ours');
  renamedAnew('Box', 'Ours');
  await goOn();
  expect(world.journal.ops()).toEqual([]);
  expect(onServer('Ours')).toEqual(['1*', '4', '5', '6', '7', '8']);
  expect(paths().toSorted()).toEqual(['INBOX', 'Kept', 'Ours']);
});

test.each(['spread', 'twice'] as const)(
  'R7, R13: what waits in a folder whose mail came up %s is parked, and nothing is done',
  async (how) => {
    await opened(8);
    world.offline();
    await clicks();
    const old = [...world.server.folder('Box').messages.values()].toReversed();
    world.server.folders.delete('Box');
    for (const name of ['Alpha', 'Beta', 'Gamma']) world.server.create(name);
    for (const [i, { bytes, internalDate }] of old.entries())
      for (const name of how === 'spread' ? [['Alpha', 'Beta', 'Gamma'][i % 3] ?? ''] : ['Alpha', 'Beta'])
        world.server.add(name, bytes, [], internalDate);
    const before = ['Alpha', 'Beta', 'Gamma', 'Kept'].map(onServer);
    await goOn();
    expect(['Alpha', 'Beta', 'Gamma', 'Kept'].map(onServer)).toEqual(before);
    expect(world.journal.ops().map(({ state }) => state)).toEqual(['parked', 'parked', 'parked']);
    for (const { error } of world.journal.ops()) expect(error?.detail).toMatch(/could not be told apart/);
  },
);

test('R6: what waited in a folder that was deleted elsewhere with its mail is over', async () => {
  await opened(8);
  world.offline();
  await world.verbs.setFlags([await idOf('Box', 1)], ['\\Flagged'], []);
  world.server.folders.delete('Box');
  world.server.create('Other');
  world.server.add('Other', bytesOf('other'));
  await goOn();
  expect(world.journal.ops()).toEqual([]);
  expect(onServer('Other')).toEqual(['other']);
});
