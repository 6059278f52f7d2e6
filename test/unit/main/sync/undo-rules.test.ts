import { describe, expect, test } from 'vitest';
import { copiesBack } from '../../../../src-main/sync/undo-copies.ts';
import { createUndo } from '../../../../src-main/sync/undo.ts';
import { openEngineWorld, bytesOf, type EngineWorld } from './engine-world.ts';

const withMail = (): Promise<EngineWorld> =>
  openEngineWorld({}, (server) => {
    server.create('Archive');
    for (const n of [1, 2]) server.add('INBOX', bytesOf(n), [], n);
  });

const subjects = async (world: EngineWorld, path: string): Promise<string[]> =>
  (await world.rows(path)).map((row) => row.subject).toSorted();

describe('taking back', () => {
  test('what waits is dropped also after a restart, when nobody remembers the act, and for what has no opposite', async () => {
    const world = await withMail();
    await world.sync();
    world.offline();
    const [first, second] = (await world.rows('INBOX')).map((row) => row.messageId);
    const moved = await world.verbs.move([first ?? ''], world.folder('Archive'));
    const gone = await world.verbs.delete([second ?? ''], true);
    expect(await subjects(world, 'INBOX')).toEqual([]);
    // What a restart leaves of the memory of acts: nothing.
    const afterRestart = createUndo(world.journal, world.cache);
    expect((await afterRestart.undo([...moved, ...gone])).toSorted()).toEqual([...moved, ...gone].toSorted());
    expect(await subjects(world, 'INBOX')).toEqual(['Mail 1', 'Mail 2']);
    world.online();
    await world.sync();
    expect(await subjects(world, 'INBOX')).toEqual(['Mail 1', 'Mail 2']);
    await world.close();
  });

  test('a copy that is on the server goes again; not when the original is gone meanwhile', async () => {
    const world = await withMail();
    await world.sync();
    const [first, second] = (await world.rows('INBOX')).map((row) => row.messageId);
    const one = await world.verbs.copy([first ?? ''], world.folder('Archive'));
    const two = await world.verbs.copy([second ?? ''], world.folder('Archive'));
    await world.sync();
    await world.verbs.delete([second ?? ''], true);
    await world.sync();
    expect(await subjects(world, 'Archive')).toHaveLength(2);
    await world.undo.undo([...one.opIds, ...two.opIds]);
    await world.sync();
    expect([...(await subjects(world, 'INBOX')), ...(await subjects(world, 'Archive'))].toSorted()).toEqual([
      'Mail 1',
      'Mail 2',
    ]);
    await world.close();
  });

  test('of a move to another account the copy stays when the removal of the original may have left', async () => {
    const world = await withMail();
    await world.sync();
    const [first, second] = (await world.rows('INBOX')).map((row) => row.messageId);
    const copied = [
      { original: 'left', copy: first ?? '', removal: 'sent' },
      { original: 'kept', copy: second ?? '', removal: 'taken back' },
    ];
    const back = await copiesBack(copied, new Set(['taken back']), world.submit);
    expect(back.bring.map((row) => row.messageId)).toEqual([first]);
    expect(back.drop.map((row) => row.messageId)).toEqual([second]);
    await world.close();
  });
});
