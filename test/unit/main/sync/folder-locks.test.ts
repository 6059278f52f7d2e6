import { expect, it } from 'vitest';
import { createFolderLocks } from '../../../../src-main/sync/folder-locks.ts';

it('lets one work at a time on a folder, in order, and others go on', async () => {
  const locks = createFolderLocks();
  const log: string[] = [];
  let openFirst = (): void => undefined;
  const first = locks.hold(['a', 'b'], async () => {
    log.push('first in');
    await new Promise<void>((resolve) => {
      openFirst = resolve;
    });
    log.push('first out');
  });
  const second = locks.hold(['b'], () => Promise.resolve(log.push('second')));
  const other = locks.hold(['c'], () => Promise.resolve(log.push('other')));
  await other;
  expect(log).toEqual(['first in', 'other']);
  openFirst();
  await Promise.all([first, second]);
  expect(log).toEqual(['first in', 'other', 'first out', 'second']);
});

it('never deadlocks on folders taken crosswise, and survives a failure', async () => {
  const locks = createFolderLocks();
  const failed = locks.hold(['a', 'b'], () => Promise.reject(new Error('no')));
  const crossed = locks.hold(['b', 'a'], () => Promise.resolve('done'));
  await expect(failed).rejects.toThrow('no');
  await expect(crossed).resolves.toBe('done');
});
