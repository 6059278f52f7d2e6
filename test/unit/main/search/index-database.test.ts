import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexDatabase } from '../../../../src-main/search/index-database.ts';

let directory: string;
let index: IndexDatabase;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'index-'));
  index = new IndexDatabase(join(directory, 'search.sqlite'));
  index.addRows([
    {
      messageId: 'm1',
      accountId: 'a',
      date: 1,
      subject: 'Lunch at the lock',
      sender: 'Ann Lee ann@example.org',
      recipients: 'bob@example.org',
    },
    {
      messageId: 'm2',
      accountId: 'a',
      date: 2,
      subject: '打ち合わせの日程',
      sender: '田中 美咲',
      recipients: '',
    },
    { messageId: 'm3', accountId: 'b', date: 3, subject: 'Crème brûlée', sender: 'Éva', recipients: '' },
  ]);
  index.addBodies([{ messageId: 'm1', text: 'The place by the harbour has a table at half past twelve' }]);
});
afterEach(() => {
  index.close();
  rmSync(directory, { recursive: true, force: true });
});

const found = (text: string, accountId: string | null = null): string[] =>
  index.query({ text, accountId, limit: 10 }).messageIds;

describe('the search index', () => {
  it.each([
    ['beginnings of words', 'lun', ['m1']],
    ['words of the text', 'harbour twelve', ['m1']],
    ['all words', 'harbour dinner', []],
    ['a phrase', '"by the harbour"', ['m1']],
    ['a phrase in another order', '"harbour the by"', []],
    ['Japanese inside a run', '日程', ['m2']],
    ['accents left out', 'creme brulee', ['m3']],
    ['a sender', 'from:ann', ['m1']],
    ['a column that does not have it', 'subject:ann', []],
    ['an address', 'ann@example.org', ['m1']],
  ])('finds %s', (_what, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each(['"', '* OR', 'a" NEAR b', "'; DROP TABLE messages; --", '()', 'col:', '^^^', '-'])(
    'takes %s for words, never for syntax',
    (text) => {
      expect(() => found(text)).not.toThrow();
    },
  );

  it('keeps accounts apart, counts texts it has seen, forgets what is dropped', () => {
    expect(found('e', 'b')).toEqual(['m3']);
    expect(index.searched(null)).toBe(1);
    index.drop(['m1']);
    expect(found('lunch')).toEqual([]);
    expect(index.searched(null)).toBe(0);
  });

  it('is made anew when its file is damaged', () => {
    index.close();
    writeFileSync(
      join(directory, 'search.sqlite'),
      'this is no database, it is a sentence that is long enough',
    );
    index = new IndexDatabase(join(directory, 'search.sqlite'));
    expect(found('lunch')).toEqual([]);
  });
});
