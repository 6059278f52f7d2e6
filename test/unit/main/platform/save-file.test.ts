import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { saveInto } from '../../../../src-main/platform/save-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'posthorn-save-'));
  mkdirSync(join(dir, 'into'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const into = (): string => join(dir, 'into');

test('what is there is not replaced, and no link is followed', async () => {
  writeFileSync(join(dir, 'secret'), 'mine');
  writeFileSync(join(into(), 'a.pdf'), 'mine');
  symlinkSync(join(dir, 'secret'), join(into(), 'b.pdf'));
  symlinkSync(join(dir, 'not-there'), join(into(), 'c.pdf'));
  for (const name of ['a.pdf', 'b.pdf', 'c.pdf', 'a.pdf']) await saveInto(into(), name, Buffer.from('new'));
  expect(readFileSync(join(dir, 'secret'), 'utf8')).toBe('mine');
  expect(readFileSync(join(into(), 'a.pdf'), 'utf8')).toBe('mine');
  expect(readdirSync(dir).sort()).toEqual(['into', 'secret']);
  expect(readdirSync(into()).sort()).toEqual(
    ['a (2).pdf', 'a (3).pdf', 'a.pdf', 'b (2).pdf', 'b.pdf', 'c (2).pdf', 'c.pdf'].sort(),
  );
});

test('a path in the name leads nowhere, and nobody else reads the file', async () => {
  const path = await saveInto(into(), '../../../evil.sh', Buffer.from('x'));
  expect(path).toBe(join(into(), 'evil.sh'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['into']);
});

test('a folder that is not there is refused in words', async () => {
  await expect(saveInto(join(dir, 'nowhere'), 'a', Buffer.from('x'))).rejects.toMatchObject({
    code: 'refused',
  });
});
