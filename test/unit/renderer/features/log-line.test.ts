import { expect, test } from 'vitest';
import { logLine } from '../../../../src-renderer/features/settings/log-line.ts';

const words = (entry: unknown): string => logLine(JSON.stringify(entry)).text;
const time = new Date(2026, 10, 22, 9, 5, 7).toISOString();

test('a line of the log is read as words, not as JSON', () => {
  expect(words({ level: 30, time, fresh: true, reason: null, msg: 'the cache is open' })).toBe(
    '22 Nov 09:05:07  The cache is open (fresh: yes)',
  );
  expect(words({ level: 40, time, folderId: 'f1', took: { wholeMs: 12, parts: [1] }, msg: 'slow' })).toBe(
    '22 Nov 09:05:07  Warning:  Slow (folder id: f1, took: whole ms: 12, parts: [1])',
  );
  expect(logLine(JSON.stringify({ level: 50, time, msg: 'the disk is full' }))).toEqual({
    text: '22 Nov 09:05:07  Error:  The disk is full',
    tone: 'bad',
  });
});

test.each(['{"level":30,"ti', '', '[1]', 'null', '{"msg":3}', 'written by another program'])(
  'what is no entry stays as it is: %s',
  (raw) => {
    expect(logLine(raw)).toEqual({ text: raw, tone: 'quiet' });
  },
);
