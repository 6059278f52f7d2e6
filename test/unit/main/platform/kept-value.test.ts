import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { keptValue } from '../../../../src-main/platform/kept-value.ts';

const dir = mkdtempSync(join(tmpdir(), 'posthorn-kept-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('changes made at the same time all stay, and one that fails takes nothing with it', async () => {
  const file = join(dir, 'list.json');
  const list = keptValue<string[]>(file, [], (value) => JSON.stringify(value));
  const refused = expect(
    list.change(() => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await Promise.all(['a', 'b', 'c'].map((name) => list.change((before) => [...before, name])));
  await refused;
  expect(list.get()).toEqual(['a', 'b', 'c']);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['a', 'b', 'c']);
});
