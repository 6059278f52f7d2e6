import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createUploads } from '../../../../src-main/transfer/uploads.ts';

const directory = mkdtempSync(join(tmpdir(), 'posthorn-uploads-'));
afterAll(() => rmSync(directory, { recursive: true }));
const modified = Date.UTC(2024, 2, 4);

test('what a page calls its files stays inside the folder of the upload, piece after piece', async () => {
  const uploads = createUploads(directory);
  const long = `${'é'.repeat(200)}.mbox`;
  let uploadId: string | undefined;
  for (const [name, text] of [
    ['../../../escape', 'one '],
    ['../../../escape', 'two'],
    ['/etc/cur/1.a:2,S', 'three'],
    [long, 'four'],
    ['..', 'five'],
  ] as const)
    uploadId = await uploads.receive({ uploadId, name, modified, bytes: Buffer.from(text) });
  const path = await uploads.take(uploadId ?? '');
  expect(path.startsWith(directory)).toBe(true);
  expect(readdirSync(path, { recursive: true }).map(String).sort()).toEqual(
    ['escape', 'etc', 'etc/cur', 'etc/cur/1.a:2,S', 'unnamed', `${'é'.repeat(125)}.mbox`].sort(),
  );
  expect(readFileSync(join(path, 'escape'), 'utf8')).toBe('one two');
  expect(statSync(join(path, 'escape')).mtimeMs).toBe(modified);
});

test('what was stopped half way is thrown away, and cannot be imported', async () => {
  const uploads = createUploads(directory);
  const uploadId = await uploads.receive({ name: 'a.eml', modified, bytes: Buffer.from('half') });
  expect(existsSync(join(directory, uploadId))).toBe(true);
  await uploads.drop(uploadId);
  await uploads.drop(uploadId);
  expect(existsSync(join(directory, uploadId))).toBe(false);
  await expect(uploads.take(uploadId)).rejects.toThrow('Choose them again; nothing was imported.');
});
