import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournalFile } from '../../../../src-main/journal/journal-file.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(directory, 'journal.log');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function written(records: unknown[]): Promise<void> {
  const file = await openJournalFile(path);
  for (const record of records) await file.append([record]);
  await file.close();
}

describe('a journal file', () => {
  it('gives back what was appended, in order', async () => {
    await written([{ n: 1 }, { text: 'ü\n"x' }, [3]]);
    const file = await openJournalFile(path);
    expect(file.records).toEqual([{ n: 1 }, { text: 'ü\n"x' }, [3]]);
    expect(file.damaged).toBe(0);
    await file.close();
  });

  it('case 2: is valid after a cut at any byte: a prefix of the records is left, nothing else', async () => {
    const records = [{ n: 1, text: 'one' }, { n: 2, text: 'zwei ü' }, { n: 3 }];
    await written(records);
    const whole = readFileSync(path);
    for (let length = 0; length <= whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      const file = await openJournalFile(path);
      expect(records.slice(0, file.records.length)).toEqual(file.records);
      await file.append([{ after: length }]);
      await file.close();
      const again = await openJournalFile(path);
      expect(again.records.at(-1)).toEqual({ after: length });
      expect(again.damaged).toBe(0);
      await again.close();
    }
  });

  it('passes over a damaged line, keeps the file beside it and says so', async () => {
    await written([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"n":2') + 4;
    bytes[at] = 0x39;
    writeFileSync(path, bytes);
    const file = await openJournalFile(path);
    expect(file.records).toEqual([{ n: 1 }, { n: 3 }]);
    expect(file.damaged).toBe(1);
    expect(readFileSync(`${path}.bad`)).toEqual(bytes);
    await file.close();
  });

  it('keeps appends made while it is rewritten', async () => {
    const file = await openJournalFile(path);
    await file.append([{ n: 1 }]);
    const rewriting = file.rewrite(() => [{ kept: true }]);
    const appending = file.append([{ n: 2 }]);
    await Promise.all([rewriting, appending]);
    await file.close();
    const again = await openJournalFile(path);
    expect(again.records).toEqual([{ kept: true }, { n: 2 }]);
    await again.close();
  });
});
