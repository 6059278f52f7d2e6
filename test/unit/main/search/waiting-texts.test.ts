import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packTexts } from '../../../../src-main/platform/pack-bytes.ts';
import { WaitingTexts } from '../../../../src-main/search/waiting-texts.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-texts-'));
  path = join(folder, 'search.sqlite-texts');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (texts: WaitingTexts, accountId: string, given: Record<string, string>): void =>
  texts.put(accountId, { messageIds: Object.keys(given), ...packTexts(Object.values(given)) });

test('texts wait over a restart, in their order, and leave no word behind', () => {
  let texts = new WaitingTexts(path);
  put(texts, 'a1', { m1: 'harbour \u6d77 words', m2: '', m3: 'lighthouse '.repeat(5_000) });
  texts.close();
  texts = new WaitingTexts(path);
  expect(texts.count).toBe(3);
  expect(texts.some(0, 2).map(({ messageId, text }) => [messageId, text])).toEqual([
    ['m1', 'harbour \u6d77 words'],
    ['m2', ''],
  ]);
  texts.remove(texts.some(0, 10).map(({ id }) => id));
  expect(texts.count).toBe(0);
  const left = ['', '-wal'].map((suffix) => (existsSync(path + suffix) ? readFileSync(path + suffix) : ''));
  expect(left.some((bytes) => bytes.includes('harbour') || bytes.includes('lighthouse'))).toBe(false);
  texts.close();
});

test('texts of messages and accounts that are gone wait no more', () => {
  const texts = new WaitingTexts(path);
  put(texts, 'a1', { m1: 'one', m2: 'two' });
  put(texts, 'a2', { m3: 'three' });
  texts.drop(['m1']);
  expect(texts.some(0, 10).map(({ messageId }) => messageId)).toEqual(['m2', 'm3']);
  texts.dropAccount('a2');
  expect(texts.some(0, 10).map(({ messageId }) => messageId)).toEqual(['m2']);
  texts.clear();
  expect(texts.count).toBe(0);
  texts.close();
});

test('a damaged file is made anew', () => {
  writeFileSync(path, 'no database '.repeat(1_000));
  const texts = new WaitingTexts(path);
  put(texts, 'a1', { m1: 'one' });
  expect(texts.count).toBe(1);
  texts.close();
});

test('no word of an account that is erased stays while texts of others wait', () => {
  const texts = new WaitingTexts(path);
  put(texts, 'a1', { m1: 'lighthouse '.repeat(5_000), m2: 'harbour' });
  put(texts, 'a2', { m3: 'three' });
  texts.dropAccount('a1');
  expect(texts.count).toBe(1);
  const left = ['', '-wal'].map((suffix) => (existsSync(path + suffix) ? readFileSync(path + suffix) : ''));
  expect(left.some((bytes) => bytes.includes('harbour') || bytes.includes('lighthouse'))).toBe(false);
  texts.close();
});
