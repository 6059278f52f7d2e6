import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExportResult, ImportResult } from '../../../../src-shared/ipc/areas/transfer.ts';
import { systemClock } from '../../../../src-main/platform/clock.ts';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import { markName, runImport, type ImportPorts } from '../../../../src-main/transfer/import-job.ts';
import { tookName } from '../../../../src-main/transfer/target.ts';
import type { TakenMails, TransferStart } from '../../../../src-main/transfer/transfer-log.ts';
import { createTransfers, type TransferPorts } from '../../../../src-main/transfer/transfers.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'posthorn-transfers-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

function made(ports: Partial<TransferPorts> = {}, marks = new Map<string, string>()) {
  const directory = join(place, 'transfers');
  const transfers = createTransfers({
    directory,
    journal: {
      mark: (name: string) => marks.get(name) ?? null,
      setMark({ name, value }: { name: string; value: string | null }) {
        if (value === null) marks.delete(name);
        else marks.set(name, value);
        return Promise.resolve();
      },
    },
    clock: systemClock,
    log: () => undefined,
    hasAccount: () => true,
    folder: () => ({ accountId: 'a1', name: 'Old' }),
    runExport: (_log: unknown, signal: AbortSignal) => whenAborted(signal),
    runImport: (_start: unknown, signal: AbortSignal) => whenAborted(signal),
    onChange: () => undefined,
    ...ports,
  } as unknown as TransferPorts);
  return { transfers, marks, directory };
}

test('what runs for an account ends with it, and nothing of it stays', async () => {
  const { transfers, marks, directory } = made();
  const source = join(place, 'some.mbox');
  writeFileSync(source, 'From x');
  const { transferId } = await transfers.import({ folderId: 'f1', path: source, format: 'mbox' });
  await transfers.export({ folderId: 'f1', path: join(place, 'out.mbox'), format: 'mbox' });
  marks.set(markName(transferId), '3 abc');
  await transfers.endAccount('a1');
  expect(marks.size).toBe(0);
  await expect.poll(() => [transfers.list(), readdirSync(directory)]).toEqual([[], []]);
});

test('what an earlier run left of an account that is gone is thrown away', async () => {
  const before = made();
  const received = join(before.directory, 'u1');
  mkdirSync(received, { recursive: true });
  writeFileSync(join(received, 'mail.mbox'), 'From x');
  await before.transfers.import({ folderId: 'f1', path: received, format: 'mbox', received: true });
  await before.transfers.stop();
  expect(readdirSync(before.directory)).toHaveLength(2);
  const { transfers, directory } = made({ hasAccount: () => false });
  expect(await transfers.resume()).toEqual([]);
  expect(transfers.list()).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

test('an export that ended is given again to who asks after a kill, and made anew for who asks anew', async () => {
  const path = join(place, 'out.mbox');
  let runs = 0;
  const { transfers } = made({
    runExport(log) {
      runs += 1;
      log.progress.naming = path;
      writeFileSync(path, '');
      return Promise.resolve({ sentences: [], exported: runs } as unknown as ExportResult);
    },
  });
  const wish = { folderId: 'f1', path, format: 'mbox' as const };
  const first = await transfers.export(wish);
  await expect.poll(() => transfers.list()[0]?.state).toBe('done');
  const again = await transfers.export(wish);
  expect(again.transferId).toBe(first.transferId);
  const anew = await transfers.export({ ...wish, anew: true });
  expect(anew.transferId).not.toBe(first.transferId);
  expect(runs).toBe(2);
});

test('an import that fails half way says what stays', async () => {
  const source = join(place, 'some.mbox');
  writeFileSync(source, 'From x');
  const marks = new Map<string, string>();
  const runImport: TransferPorts['runImport'] = ({ progress }) => {
    marks.set(markName(progress.start.transferId), '12 abc');
    return Promise.reject(new Error('the disk is full'));
  };
  const { transfers } = made({ runImport }, marks);
  await transfers.import({ folderId: 'f1', path: source, format: 'mbox' });
  await expect.poll(() => transfers.list()[0]?.state).toBe('failed');
  expect(transfers.list()[0]?.sentences.join(' ')).toContain('12 messages were taken in');
});

test('a kill between the two names of an export leaves one file', async () => {
  const [part, name] = [join(place, 'out.mbox.part'), join(place, 'out.mbox')];
  writeFileSync(part, 'mail');
  linkSync(part, name);
  expect(await tookName(part, name)).toBe(true);
  expect([existsSync(part), existsSync(name)]).toEqual([false, true]);
  writeFileSync(part, 'other');
  expect(await tookName(part, name)).toBe(false);
  expect(existsSync(part)).toBe(true);
});

const mboxOf = (...numbers: number[]): string =>
  numbers.map((n) => `From a@b.c Sat Nov 21 15:04:05 2026\nSubject: ${n}\n\ntext\n\n`).join('');

/** Imports a file of these mails; `ops`: what came to the journal. */
async function imported(
  numbers: number[],
  more: Partial<ImportPorts> = {},
): Promise<{ result: ImportResult; ops: string[]; taken: TakenMails; marks: string[] }> {
  const source = join(place, 'some.mbox');
  writeFileSync(source, mboxOf(...numbers));
  const [marks, ops, taken]: [string[], string[], TakenMails] = [[], [], []];
  const start = { transferId: 't1', folderId: 'f1', accountId: 'a1', format: 'mbox', path: source };
  const result = await runImport(
    start as TransferStart,
    {
      journal: {
        mark: () => null,
        op: () => undefined,
        setMark: ({ value }: { value: string }) => Promise.resolve(marks.push(value)),
      },
      submit: {
        folder: () => ({ name: 'Old' }),
        ops: (some: { opId: string }[]) => Promise.resolve(ops.push(...some.map(({ opId }) => opId))),
      },
      blobs: { put: () => Promise.resolve('b') },
      reader: { read: (bytes: Buffer) => Promise.resolve(readMail(bytes)) },
      clock: systemClock,
      crash: { reach: () => undefined },
      written: new Set(),
      earlier: [],
      onTaking: (some: TakenMails) => Promise.resolve(void taken.push(...some)),
      crlf: true,
      away: () => false,
      onProgress: () => undefined,
      ...more,
    } as unknown as ImportPorts,
    new AbortController().signal,
  );
  return { result, ops, taken, marks };
}

test('what a power cut left without its mark is not imported again, though it is done by now', async () => {
  const { result, ops, marks } = await imported([1, 2, 3], { written: new Set(['t1n1']) });
  expect(ops).toEqual(['t1n2', 't1n3']);
  expect(marks[0]).toMatch(/^1 /);
  expect(result.imported).toBe(3);
});

test('what the try before brought is not put in again, wherever it stands now; of two alike the second is', async () => {
  const { taken } = await imported([1, 2, 2]);
  expect(new Set(taken.map(([sum]) => sum)).size).toBe(2);
  const { result, ops, taken: now } = await imported([3, 2, 1, 4, 2, 2], { earlier: taken });
  expect(ops).toEqual(['t1n1', 't1n4', 't1n6']);
  expect(now).toHaveLength(3);
  expect(result).toMatchObject({ total: 6, imported: 6 });
  expect(result.sentences.join(' ')).toContain('3 of them were there from the try before');
});

test('an import that is started again knows what the failed ones brought that is still there', async () => {
  const source = join(place, 'some.mbox');
  writeFileSync(source, 'From x');
  const known: TakenMails[] = [];
  let fails = true;
  const ports: Partial<TransferPorts> = {
    stillIn: (_folderId, messageIds) => Promise.resolve(new Set(messageIds.filter((id) => id !== 'gone'))),
    async runImport(log) {
      known.push([...log.progress.earlier]);
      await log.note({
        t: 'taken',
        of: [
          [`sum${known.length}`, `id${known.length}`],
          ['sum', 'gone'],
        ],
      });
      if (fails) throw new Error('the disk is full');
      return { sentences: [], imported: 1 } as unknown as ImportResult;
    },
  };
  const first = made(ports);
  const wish = { folderId: 'f1', path: source, format: 'mbox' as const };
  await expect((await first.transfers.import(wish)).result()).rejects.toThrow();
  // Who waited for it was told: it is not listed, but not forgotten either, nor by the next run of the program.
  expect(first.transfers.list()).toEqual([]);
  await first.transfers.stop();
  const { transfers, directory } = made(ports);
  await transfers.resume();
  expect(transfers.list()).toEqual([]);
  await expect((await transfers.import({ ...wish, folderId: 'f2' })).result()).rejects.toThrow();
  await expect((await transfers.import(wish)).result()).rejects.toThrow();
  fails = false;
  await (await transfers.import(wish)).result();
  expect(known).toEqual([
    [],
    [],
    [['sum1', 'id1']],
    [
      ['sum1', 'id1'],
      ['sum3', 'id3'],
    ],
  ]);
  // Only that of the other folder is left.
  expect(readdirSync(directory)).toHaveLength(1);
});
