import { expect, test } from 'vitest';
import { noCrashes } from '../../../../src-main/platform/crash-points.ts';
import type { FolderEntry } from '../../../../src-main/sync/folder-register.ts';
import type { PullPorts } from '../../../../src-main/sync/pull-ports.ts';
import { pullOlder } from '../../../../src-main/sync/pull-older.ts';
import { createUnitSize, rowUnits } from '../../../../src-main/sync/unit-size.ts';
import type { FolderCursor } from '../../../../src-shared/model/folder.ts';

test('case 85: between any two units of a first sync what is more urgent is waited for', async () => {
  const done: string[] = [];
  let cached = 0;
  const ports = {
    register: { get: () => ({ folderId: 'f1', path: 'INBOX', gen: 1 }) as FolderEntry },
    backend: {
      listUids: () => Promise.resolve('1:3000'),
      fetchRows: () => (done.push('unit'), Promise.resolve()),
    },
    cache: { call: () => Promise.resolve({ inserted: 0, insertedIds: [], cached: (cached += 500) }) },
    clock: { now: () => 0 },
    crash: noCrashes,
    rowUnit: createUnitSize(rowUnits, { monotonic: () => 0 }),
    async giveWay() {
      done.push('asked');
      await new Promise((resolve) => setImmediate(resolve));
      done.push('passed');
    },
    onOlderRows: () => () => undefined,
    roomForOlderRows: () => Promise.resolve(),
    onTaken: () => undefined,
    onProgress: () => undefined,
  } as unknown as PullPorts;
  const cursor = { uidNext: 3_001, lowUid: 3_001, exists: 3_000, uidValidity: 7 } as FolderCursor;
  const report = { added: 0, changed: 0, removed: 0 };
  const call = { lane: 'bulk', signal: new AbortController().signal } as const;
  await pullOlder('f1', cursor, () => true, report, ports, call);
  expect(done.join(' ')).toMatch(/^(asked passed unit ?)+$/);
  expect(done.filter((each) => each === 'unit').length).toBeGreaterThan(3);
});
