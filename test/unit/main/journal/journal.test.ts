import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournalFile } from '../../../../src-main/journal/journal-file.ts';
import { openJournal } from '../../../../src-main/journal/open-journal.ts';
import type { Journal } from '../../../../src-main/journal/journal.ts';
import { journalVersion } from '../../../../src-main/journal/journal-records.ts';
import type { Op } from '../../../../src-main/journal/op.ts';
import { noCrashes } from '../../../../src-main/platform/crash-points.ts';
import { nextOp } from '../../../../src-main/sync/replay-order.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
  path = join(directory, 'journal');
});
afterEach(() => rm(directory, { recursive: true }));

function op(opId: string, accountId: string, after: string[] = []): Omit<Op, 'seq'> {
  return {
    opId,
    accountId,
    at: '2026-01-01T00:00:00.000Z',
    action: { kind: 'expunge' },
    targets: [],
    patches: [],
    mark: 'delete',
    sentence: '',
    after,
    state: 'queued',
    tries: 0,
    nextTryAt: null,
    error: null,
    evidence: {},
  };
}

async function reopened(): Promise<Op[]> {
  const journal = await openJournal(path, noCrashes);
  const ops = journal.ops();
  await journal.close();
  return ops;
}

describe('an original that leaves only after its copy is elsewhere', () => {
  test('is never removed when the copy is taken back', async () => {
    const journal = await openJournal(path, noCrashes);
    await journal.append([op('put', 'b'), op('remove', 'a', ['put'])]);
    expect(await journal.cancel(['put'])).toEqual(['remove', 'put']);
    expect(journal.ops()).toEqual([]);
    await journal.close();
    expect(await reopened()).toEqual([]);
  });

  test('is never removed when the account of the copy goes', async () => {
    const journal = await openJournal(path, noCrashes);
    await journal.append([op('put', 'b'), op('remove', 'a', ['put']), op('other', 'a')]);
    expect(await journal.forgetAccount('b')).toEqual(['remove']);
    await journal.close();
    expect((await reopened()).map(({ opId }) => opId)).toEqual(['other']);
  });

  test('is free to go when the copy is done, also after a restart', async () => {
    const journal = await openJournal(path, noCrashes);
    await journal.append([op('put', 'b'), op('remove', 'a', ['put'])]);
    await journal.end('put', 'done', []);
    expect(journal.op('remove')?.after).toEqual([]);
    await journal.close();
    expect((await reopened())[0]).toMatchObject({ opId: 'remove', state: 'queued', after: [] });
  });

  test('stays when the record of the copy is damaged', async () => {
    const journal = await openJournal(path, noCrashes);
    await journal.append([op('put', 'b'), op('remove', 'a', ['put'])]);
    await journal.close();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"opId":"put"', '"opId":"pxt"'));
    expect(await reopened()).toMatchObject([{ opId: 'remove', state: 'parked' }]);
  });
});

describe('the file', () => {
  test('loses no record that is appended while it is rewritten', async () => {
    const file = await openJournalFile(path);
    const kept: string[] = [];
    const add = async (word: string): Promise<void> => {
      await file.append([word]);
      kept.push(word);
    };
    await Promise.all([add('a'), file.rewrite(() => [...kept]), add('b'), add('c')]);
    await Promise.all([add('d'), add('e')]);
    await file.close();
    expect((await openJournalFile(path)).records.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('case 77: of an older version is read, and from then on is of this one', async () => {
    const older = { ...op('o1', 'a1'), seq: 4, state: 'sent' };
    const file = await openJournalFile(path);
    await file.append([
      { t: 'version', version: 0 },
      { t: 'op', op: older },
      { t: 'op', op: { ...op('o2', 'a1'), seq: 5 } },
      { t: 'end', opId: 'o2', state: 'done', places: [] },
    ]);
    await file.close();
    // On the wire when the older program ended: looked up, not repeated.
    expect((await reopened()).map(({ opId, seq, state }) => [opId, seq, state])).toEqual([
      ['o1', 4, 'unknown'],
    ]);
    const again = await openJournalFile(path);
    expect(again.records[0]).toEqual({ t: 'version', version: journalVersion });
    await again.close();
  });

  test('case 77: of a newer version is refused in words, and not a byte of it is changed', async () => {
    const file = await openJournalFile(path);
    await file.append([
      { t: 'version', version: journalVersion + 1 },
      { t: 'something', else: true },
    ]);
    await file.close();
    const before = await readFile(path);
    await expect(openJournal(path, noCrashes)).rejects.toThrow(/newer Posthorn/);
    expect(await readFile(path)).toEqual(before);
  });
});

describe('case 78: a backlog of 100,000', () => {
  const many = 100_000;
  const clock = { now: () => 0, monotonic: () => 0, setTimeout: () => ({ cancel: () => undefined }) };

  test('is there again after a restart, in order, and its oldest is found without looking at the others', async () => {
    const journal = await openJournal(path, noCrashes);
    const wanted = Array.from({ length: many }, (_, n) => ({
      ...op(`o${n}`, n % 2 === 0 ? 'a1' : 'a2'),
      targets: [{ messageId: `m${n % 5_000}`, ref: null, messageIdHeader: '', size: 0, internalDate: 0 }],
    }));
    // As it grows: by clicks on thousands, each durable.
    for (let n = 0; n < many; n += 5_000) await journal.append(wanted.slice(n, n + 5_000));
    await journal.close();

    const again = await openJournal(path, noCrashes);
    expect(again.damaged).toBe(0);
    expect(again.ops('a1')).toHaveLength(many / 2);
    let looked = 0;
    const counting = {
      ...again,
      *inOrder(accountId: string) {
        for (const each of again.inOrder(accountId)) {
          looked += 1;
          yield each;
        }
      },
    };
    const tried = new Set<string>();
    for (let n = 0; n < 200; n += 1) {
      const next = nextOp({ accountId: 'a1', journal: counting, clock }, tried, { nextTryAt: null });
      expect(next?.opId).toBe(`o${2 * n}`);
      tried.add(next?.opId ?? '');
      await again.end(next?.opId ?? '', 'done', []);
    }
    expect(looked).toBe(200);
    expect(again.about('m0')).toHaveLength(many / 5_000 - 1);
    await again.close();
  }, 120_000);
});

describe('what is being taken back is not sent in the meantime', () => {
  test.each([
    ['dropped', (journal: Journal) => journal.end('one', 'cancelled', [])],
    ['taken back with what follows', (journal: Journal) => journal.cancel(['one'])],
  ])('%s', async (_name, takeBack) => {
    const journal = await openJournal(path, noCrashes);
    await journal.append([op('one', 'a')]);
    const taken = takeBack(journal);
    // As replay does, which comes to it before the disk has answered.
    await expect(journal.change('one', { state: 'sent' })).rejects.toThrow(/not waiting any more/);
    await taken;
    expect(journal.ops()).toEqual([]);
    await journal.close();
    expect(await reopened()).toEqual([]);
  });
});

test('of what is taken back together, that which may have reached the server is left', async () => {
  const journal = await openJournal(path, noCrashes);
  await journal.append([op('one', 'a'), op('two', 'a'), op('three', 'b', ['two'])]);
  await journal.change('one', { state: 'sent' });
  expect(await journal.cancel(['one', 'two', 'gone'])).toEqual(['three', 'two']);
  await journal.close();
  expect((await reopened()).map(({ opId }) => opId)).toEqual(['one']);
});
