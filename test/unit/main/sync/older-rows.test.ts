import { expect, test } from 'vitest';
import type { NewRow } from '../../../../src-shared/model/message.ts';
import { unpackBatch } from '../../../../src-shared/packed-rows.ts';
import { OlderRows } from '../../../../src-main/sync/older-rows.ts';

const row = (uid: number, subject: string): NewRow => ({
  uid,
  flags: [],
  internalDate: uid * 1_000,
  size: 1,
  hasAttachments: false,
  preview: '',
  envelope: {
    subject,
    from: [{ name: 'Ann', address: 'ann@example.test' }],
    to: [],
    cc: [],
    replyTo: [{ name: 'Ann', address: 'ann@example.test' }],
    messageIdHeader: `<${uid}@x>`,
    inReplyTo: '',
    references: [],
    sentAt: null,
  },
});

test('rows kept as text come to the cache as they were, and each is told the id it got, also the one that is no text', () => {
  const told = new Map<string, string>();
  const rows = new OlderRows();
  const announce = (some: readonly NewRow[]) => (ids: readonly string[]) =>
    some.forEach((one, at) => told.set(one.envelope.subject, ids[at] ?? 'none'));
  rows.take([row(9, 'nine'), row(8, 'eight \u009e')], announce);
  rows.take([row(7, 'seven')], announce);
  const { insert = [] } = unpackBatch({ folderId: 'f', gen: 1, ...rows.given() });
  expect(insert.map(({ uid }) => uid)).toEqual([9, 7, 8]);
  expect(insert.map(({ envelope }) => envelope)).toEqual(
    [row(9, 'nine'), row(7, 'seven'), row(8, 'eight \u009e')].map(({ envelope }) => envelope),
  );
  rows.inserted(['id9', 'id7', 'id8']);
  expect(Object.fromEntries(told)).toEqual({ nine: 'id9', seven: 'id7', 'eight \u009e': 'id8' });
  expect(rows.oldest).toBe(new Date(7_000).toISOString());
});

test('a chunk of messages that are all gone has no oldest', () => {
  expect(new OlderRows().oldest).toBeNull();
});
