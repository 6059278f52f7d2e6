import { expect, test } from 'vitest';
import { formatOf, namesFor } from '../../../../src-renderer/features/transfer/given-files.ts';

const given = (...paths: string[]) =>
  paths.map((path) => ({ path, file: new File(['x'], path.split('/').at(-1) ?? '') }));

test('what was given tells its format, where its names do', () => {
  expect(formatOf(given('a.eml', 'b/c.EML'), 'mbox')).toBe('eml');
  expect(formatOf(given('Mail/cur/1.a:2,S', 'Mail/dovecot-keywords'), 'mbox')).toBe('maildir');
  expect(formatOf(given('Old.mbox'), 'maildir')).toBe('mbox');
  expect(formatOf(given('Inbox'), 'mbox')).toBe('mbox');
  expect(formatOf(given('Inbox'), 'eml')).toBe('eml');
  expect(formatOf([], 'maildir')).toBe('maildir');
});

test('a Maildir keeps its folders, other files stand in one row, alike names apart, hidden ones left out', () => {
  const names = (format: 'mbox' | 'maildir', ...paths: string[]): string[] =>
    namesFor(format, given(...paths)).map(({ path }) => path);
  expect(names('maildir', 'Mail/cur/1.a:2,S', 'Mail/dovecot-keywords')).toEqual([
    'cur/1.a:2,S',
    'dovecot-keywords',
  ]);
  expect(new TextEncoder().encode(names('mbox', `${'雪'.repeat(80)}.mbox`)[0]).length).toBeLessThan(256);
  expect(names('mbox', 'b/mail', 'a/mail', 'a/.DS_Store')).toEqual(['00001 mail', '00002 mail']);
});
