import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExportResult, ImportResult } from '../../../../src-shared/ipc/areas/transfer.ts';
import { systemClock } from '../../../../src-main/platform/clock.ts';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import { markName, runImport, type ImportPorts } from '../../../../src-main/transfer/import-job.ts';
import { tookName } from '../../../../src-main/transfer/target.ts';
import type { TransferStart } from '../../../../src-main/transfer/transfer-log.ts';
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

test('an import that fails half way says what would come twice', async () => {
  const source = join(place, 'some.mbox');
  writeFileSync(source, 'From x');
  const marks = new Map<string, string>();
  const runImport = ({ transferId }: { transferId: string }): Promise<ImportResult> => {
    marks.set(markName(transferId), '12 abc');
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

test('what a power cut left without its mark is not imported again, though it is done by now', async () => {
  const source = join(place, 'some.mbox');
  const one = (n: number): string => `From a@b.c Sat Nov 21 15:04:05 2026\nSubject: ${n}\n\ntext\n\n`;
  writeFileSync(source, one(1) + one(2) + one(3));
  const marks: string[] = [];
  const made: string[] = [];
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
        ops: (ops: { opId: string }[]) => Promise.resolve(made.push(...ops.map(({ opId }) => opId))),
      },
      blobs: { put: () => Promise.resolve('b') },
      reader: { read: (bytes: Buffer) => Promise.resolve(readMail(bytes)) },
      clock: systemClock,
      crash: { reach: () => undefined },
      written: new Set(['t1n1']),
      crlf: true,
      away: () => false,
      onProgress: () => undefined,
    } as unknown as ImportPorts,
    new AbortController().signal,
  );
  expect(made).toEqual(['t1n2', 't1n3']);
  expect(marks[0]).toMatch(/^1 /);
  expect(result.imported).toBe(3);
});
