import { expect, test } from 'vitest';
import { LoadedRows } from '../../../../src-renderer/state/loaded-rows.ts';
import type { ListRow } from '../../../../src-shared/model/message.ts';

function row(messageId: string): ListRow {
  return {
    messageId,
    folderId: 'f',
    accountId: 'a',
    threadId: messageId,
    subject: '',
    from: [],
    to: [],
    date: '2026-11-20T10:00:00Z',
    sentAt: null,
    size: 1,
    flags: [],
    hasAttachments: false,
    messageIdHeader: '',
    preview: '',
    readableOffline: true,
    pending: null,
    threadCount: 1,
    threadUnread: 0,
    threadFrom: [],
  };
}

test('closes the gaps of rows that are taken out, also in pages that are apart', () => {
  const rows = new LoadedRows();
  rows.put(0, ['a', 'b', 'c'].map(row));
  rows.put(100, ['x', 'y'].map(row));
  expect(rows.remove(new Set(['b', 'x']), 200)).toEqual([1, 100]);
  expect([0, 1, 99, 100].map((index) => rows.at(index)?.messageId)).toEqual(['a', 'c', 'y', undefined]);
});

test('knows what is missing, and drops what is far away', () => {
  const rows = new LoadedRows();
  rows.put(0, ['a', 'b'].map(row));
  rows.put(5000, ['z'].map(row));
  expect(rows.covers(0, 2)).toBe(true);
  expect(rows.covers(0, 3)).toBe(false);
  rows.keepAround(0, 2);
  expect(rows.at(5000)).toBeUndefined();
});
