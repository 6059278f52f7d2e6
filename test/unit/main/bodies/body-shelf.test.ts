import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BodyDatabase } from '../../../../src-main/bodies/body-database.ts';
import { isMark, openBodyShelf, type BodyShelf } from '../../../../src-main/bodies/body-shelf.ts';
import { createShelvedCache } from '../../../../src-main/bodies/shelved-cache.ts';
import { systemClock } from '../../../../src-main/platform/clock.ts';
import { folderOf, newRow } from '../../../contract/cache-contract.ts';
import { cacheInProcess } from '../../../fakes/cache-in-process.ts';

const quiet = (): void => undefined;
let directory: string;
let path: string;
let open: BodyShelf[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shelf-'));
  path = join(directory, 'bodies.sqlite');
  open = [];
});

afterEach(async () => {
  for (const shelf of open) await shelf.close();
  rmSync(directory, { recursive: true, force: true });
});

function openShelf(empty = false): BodyShelf {
  const shelf = openBodyShelf(path, empty, quiet);
  open.push(shelf);
  return shelf;
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1');
const onDisk = (word: string): boolean =>
  readdirSync(directory).some((name) => readFileSync(join(directory, name)).includes(word));

it('bodies are there again after a restart, byte for byte, and only under their own marks', async () => {
  const first = openShelf();
  const marks = await first.put('a1', [bytesOf('one \xff\0'), bytesOf(''), bytesOf('x'.repeat(300_000))]);
  expect(marks.every(isMark)).toBe(true);
  await first.close();
  const second = openShelf();
  expect(await Promise.all(marks.map(async (mark) => textOf(await second.get(mark))))).toEqual([
    'one \xff\0',
    '',
    'x'.repeat(300_000),
  ]);
  await second.close();
  // A file made anew counts from 1 again: an old mark must not be answered with another message.
  const third = openShelf(true);
  await third.put('a1', [bytesOf('another')]);
  expect(await third.get(marks[0] ?? '')).toBe(null);
});

it('numbers of bodies that a power cut took are not given to others', async () => {
  const lost = join(directory, 'lost.sqlite');
  new BodyDatabase(path, 1_800_000_000_000).close();
  copyFileSync(path, lost);
  const before = new BodyDatabase(path, 1_800_000_000_000);
  const [first = 0] = before.put('a1', [bytesOf('one')]);
  before.close();
  const after = new BodyDatabase(lost, 1_800_000_001_000);
  const [second = 0] = after.put('a1', [bytesOf('another')]);
  expect(second).toBeGreaterThan(first);
  expect(after.get(first)).toBe(null);
  after.close();
  // A clock that was set back.
  const back = new BodyDatabase(lost, 1_700_000_000_000);
  const [third = 0] = back.put('a1', [bytesOf('a third')]);
  expect(third).toBeGreaterThan(second);
  expect(Number.isSafeInteger(third)).toBe(true);
  back.close();
});

it('a damaged file is made anew', async () => {
  const [mark = ''] = await openShelf().put('a1', [bytesOf('text')]);
  await open[0]?.close();
  writeFileSync(path, 'no database at all'.repeat(1_000));
  const shelf = openShelf();
  expect(await shelf.get(mark)).toBe(null);
  const [next = ''] = await shelf.put('a1', [bytesOf('again')]);
  expect(textOf(await shelf.get(next))).toBe('again');
});

it('an erased account leaves no word in the files', async () => {
  const shelf = openShelf();
  const [kept = ''] = await shelf.put('a1', [bytesOf('the quince stays')]);
  await shelf.put('a2', [bytesOf(`the medlar goes ${'.'.repeat(50_000)} the very last medlar`)]);
  expect(onDisk('medlar')).toBe(true);
  await shelf.eraseAccount('a2');
  expect(onDisk('medlar')).toBe(false);
  expect(textOf(await shelf.get(kept))).toBe('the quince stays');
});

it('the sweep drops what no row has, and a row whose body is lost is not called readable', async () => {
  const inner = cacheInProcess();
  const opened = await inner.call('open', { expectedCacheId: null });
  const shelf = openShelf();
  const client = { ...inner, opened, close: () => Promise.resolve(inner.close()) };
  const cache = createShelvedCache({ cache: client, path, shelf, clock: systemClock, log: quiet });
  await cache.call('putFolders', { accountId: 'a1', folders: [folderOf('f1')] });
  const { insertedIds } = await cache.call('applyBatch', {
    folderId: 'f1',
    gen: 1,
    insert: [newRow(1), newRow(2), newRow(3)],
  });
  const marks = await shelf.put('a1', [bytesOf('first'), bytesOf('second'), bytesOf('nobody has it')]);
  const keep = async (at: number, kept: string): Promise<void> => {
    const body = {
      messageId: insertedIds[at] ?? '',
      raw: '',
      kept,
      facts: { preview: '', hasAttachments: false },
    };
    await cache.call('putBodies', { bodies: [body] });
  };
  await keep(0, marks[0] ?? '');
  await keep(1, marks[1] ?? '');
  await keep(2, '\u2192lost.1');
  expect(await cache.call('body', { messageId: insertedIds[0] ?? '' })).toBe('first');
  await cache.call('dropBodies', { messageIds: [insertedIds[1] ?? ''] });
  await shelf.put('a1', [bytesOf('kept while the sweep waited')]);
  await cache.sweep();
  expect(await cache.call('body', { messageId: insertedIds[0] ?? '' })).toBe('first');
  expect(await Promise.all(marks.slice(1).map((mark) => shelf.get(mark)))).toEqual([null, null]);
  expect(onDisk('while the sweep waited')).toBe(true);
  const rows = await cache.call('rows', { messageIds: insertedIds });
  expect(rows.map((row) => row?.readableOffline)).toEqual([true, false, false]);
  await cache.close();
});
