import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournalFile } from '../../../../src-main/journal/journal-file.ts';
import { openJournal } from '../../../../src-main/journal/journal.ts';
import type { Op } from '../../../../src-main/journal/op.ts';
import { noCrashes } from '../../../../src-main/platform/crash-points.ts';

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
    expect(await journal.cancel('put')).toEqual(['remove', 'put']);
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
});
