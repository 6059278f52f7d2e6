import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CachePort } from '../../src-main/cache/cache-port.ts';
import type { FolderDescription, ListView } from '../../src-shared/cache-protocol.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import type { Shell } from '../../src-main/shell/shell.ts';
import { buildStorePage, cacheInChromium, removeFolder } from '../fakes/chromium-cache.ts';

export interface StoreBenchLine {
  name: string;
  value: number;
  unit: string;
  note: string;
}

const description: FolderDescription = {
  folderId: 'f1',
  accountId: 'a',
  path: 'INBOX',
  name: 'INBOX',
  delimiter: '/',
  role: 'inbox',
  subscribed: true,
  selectable: true,
};
const flat: ListView = { folderIds: ['f1'], threaded: false, sort: 'date-desc' };
const batchRows = 200;

function row(uid: number): NewRow {
  const first = uid - (uid % 5);
  return {
    uid,
    flags: uid % 3 === 0 ? ['\\Seen'] : ['\\Seen', '$Work'],
    internalDate: 1_600_000_000_000 + uid * 60_000,
    size: 4000 + (uid % 9000),
    hasAttachments: uid % 7 === 0,
    preview: '',
    envelope: {
      subject: `Re: the plan for week ${uid % 52}, number ${uid}`,
      from: [{ name: `Sender Number ${uid % 500}`, address: `sender${uid % 500}@example.test` }],
      to: [
        { name: 'Ann', address: 'ann@example.test' },
        { name: 'Bob', address: 'bob@example.test' },
      ],
      cc: [],
      replyTo: [],
      messageIdHeader: `<m${uid}@example.test>`,
      inReplyTo: uid === first ? '' : `<m${first}@example.test>`,
      references: uid === first ? [] : [`<m${first}@example.test>`],
      sentAt: 1_600_000_000_000 + uid * 60_000,
    },
  };
}

/** Rows newest first, in batches, two on their way, as the first sync sends them. Milliseconds. */
async function fill(port: CachePort, rows: number): Promise<number> {
  const begun = performance.now();
  const waiting = new Set<Promise<unknown>>();
  for (let high = rows; high >= 1; high -= batchRows) {
    const insert: NewRow[] = [];
    for (let uid = high; uid > high - batchRows && uid >= 1; uid -= 1) insert.push(row(uid));
    const lowUid = Math.max(1, high - batchRows + 1);
    const cursor = {
      uidValidity: 1,
      gen: 1,
      uidNext: rows + 1,
      modseqDone: null,
      lowUid,
      exists: rows,
      checkedAt: null,
    };
    const call: Promise<unknown> = port
      .call('applyBatch', { folderId: 'f1', gen: 1, insert, cursor })
      .then(() => waiting.delete(call));
    waiting.add(call);
    if (waiting.size >= 2) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  return performance.now() - begun;
}

/** Median and longest of repeated calls, milliseconds. */
async function times(
  count: number,
  call: (n: number) => Promise<unknown>,
): Promise<{ median: number; longest: number }> {
  const all: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const begun = performance.now();
    await call(n);
    all.push(performance.now() - begun);
  }
  all.sort((a, b) => a - b);
  return { median: all[count >> 1] ?? 0, longest: all.at(-1) ?? 0 };
}

/** Resident memory of the browser's renderer processes, MB. */
async function rendererMemory(shell: Shell): Promise<number> {
  let kilobytes = 0;
  for (const pid of await shell.processIds()) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes('--type=renderer')) continue;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    kilobytes += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

async function measure(rows: number, rendererDir: string): Promise<StoreBenchLine[]> {
  const profileDir = await mkdtemp(join(tmpdir(), 'posthorn-store-bench-'));
  const lines: StoreBenchLine[] = [];
  const label = rows >= 1_000_000 ? `${rows / 1_000_000} M` : `${rows / 1000} k`;
  const add = (name: string, value: number, unit: string, note = ''): void => {
    lines.push({ name: `store ${label}: ${name}`, value: Math.round(value * 100) / 100, unit, note });
  };
  const one = (name: string, ms: number, note = ''): void => add(name, ms, 'ms', note);
  const first = await cacheInChromium(profileDir, rendererDir, null);
  const empty = await rendererMemory(first.shell);
  await first.cache.call('putFolders', { accountId: 'a', folders: [description] });
  const ms = await fill(first.cache, rows);
  add(
    'rows inserted',
    (rows / ms) * 1000,
    'rows/s',
    `batches of ${batchRows}, 2 in flight, from main to commit`,
  );
  add(
    'memory of the renderers after it',
    await rendererMemory(first.shell),
    'MB',
    `${Math.round(empty)} MB when empty`,
  );
  const { cacheId } = first.cache.opened;
  await first.shell.quit();

  const begun = performance.now();
  const { cache, shell } = await cacheInChromium(profileDir, rendererDir, cacheId);
  one('browser and store opened', performance.now() - begun);
  const listed = performance.now();
  await cache.call('page', { view: flat, start: 0, count: 100 });
  one('first page after a restart', performance.now() - listed, 'all keys read into memory');
  add('memory of the renderers after it', await rendererMemory(shell), 'MB');
  const far = await times(60, (n) =>
    cache.call('page', { view: flat, start: Math.floor((rows / 61) * n), count: 50 }),
  );
  one(
    'a page of 50 anywhere, median',
    far.median,
    `longest ${far.longest.toFixed(1)} ms; through main's channel`,
  );
  const place = await times(60, (n) =>
    cache.call('indexOf', {
      view: flat,
      messageId: `f1.1.${(1 + Math.floor((rows / 61) * n)).toString(36)}`,
    }),
  );
  one('place of a row, median', place.median, `longest ${place.longest.toFixed(1)} ms`);
  const threaded = await times(2, () =>
    cache.call('page', { view: { ...flat, threaded: true }, start: 0, count: 50 }),
  );
  one(
    'first page of conversations',
    threaded.longest,
    `again ${Math.min(threaded.median, threaded.longest).toFixed(1)} ms`,
  );
  const flag = await times(40, (n) =>
    cache.call('applyBatch', {
      folderId: 'f1',
      gen: 1,
      flagChange: { uids: [1 + n * 17], add: ['\\Flagged'], remove: [] },
    }),
  );
  one('one flag, median', flag.median, `longest ${flag.longest.toFixed(1)} ms`);
  const uids = Array.from({ length: 50_000 }, (_, n) => 1 + n);
  const many = await times(1, () =>
    cache.call('applyBatch', { folderId: 'f1', gen: 1, flagChange: { uids, add: [], remove: ['\\Seen'] } }),
  );
  one('50,000 flags', many.median);
  const move = await times(1, () =>
    cache.call('addPending', {
      ops: [
        {
          opId: 'o',
          accountId: 'a',
          seq: 1,
          mark: 'move',
          patches: uids
            .slice(0, 5000)
            .map((uid) => ({ kind: 'folder', messageId: `f1.1.${uid.toString(36)}`, folderId: 'f2' })),
        },
      ],
    }),
  );
  one('5,000 rows moved by a waiting change', move.median);
  const gone = await times(1, () =>
    cache.call('applyBatch', { folderId: 'f1', gen: 1, vanished: '1:4294967295' }),
  );
  one('everything vanished', gone.median, 'one range');
  await shell.quit();
  await removeFolder(profileDir);
  return lines;
}

/** The store in Chromium, from main's side. `BENCH_ROWS` chooses the sizes ("100000,1000000"). */
export async function bench(
  sizes: readonly number[] = (process.env['BENCH_ROWS'] ?? '100000').split(',').map(Number),
): Promise<StoreBenchLine[]> {
  const rendererDir = await buildStorePage();
  const lines: StoreBenchLine[] = [];
  for (const rows of sizes) lines.push(...(await measure(rows, rendererDir)));
  await removeFolder(rendererDir);
  return lines;
}

if (import.meta.main) {
  for (const { name, value, unit, note } of await bench())
    process.stdout.write(`${name}: ${value} ${unit}${note === '' ? '' : ` (${note})`}\n`);
}
