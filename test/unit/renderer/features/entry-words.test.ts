import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../../src-shared/ipc/areas/journal.ts';
import { entrySentence } from '../../../../src-renderer/features/journal/entry-words.ts';

const entry = (sentence: string, messageIds: string[]): JournalEntry => ({
  opId: 'o1',
  accountId: 'a',
  kind: 'move',
  sentence,
  state: 'queued',
  tries: 0,
  nextTryAt: null,
  error: null,
  messageIds,
  at: '2026-11-21T07:00:00Z',
  cancellable: true,
});

test.each([
  ['Move 1 message to Archive', ['m1'], 'Invoice 12', 'Move “Invoice 12” to Archive'],
  ['Put a sent message into Sent', ['m1'], '$& $1', 'Put “$& $1” into Sent'],
  ['Delete 1 message for good', ['m1'], '', 'Delete “(no subject)” for good'],
  ['Move 3 messages to Archive', ['m1', 'm2', 'm3'], 'Invoice 12', 'Move 3 messages to Archive'],
  ['Move 1 message to Archive', ['m1'], undefined, 'Move 1 message to Archive'],
  ['Delete the folder 1 message and what is in it', [], 'x', 'Delete the folder 1 message and what is in it'],
] as const)('%s', (sentence, ids, subject, said) => {
  expect(entrySentence(entry(sentence, [...ids]), subject)).toBe(said);
});
