import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MainClient } from '../../../../src-renderer/ipc/client.ts';
import { Reader } from '../../../../src-renderer/state/reader.svelte.ts';
import type { MessageRow } from '../../../../src-shared/model/message.ts';

const row = (messageId: string, readableOffline = true): MessageRow =>
  ({ messageId, threadId: messageId, readableOffline }) as MessageRow;

/** Main that answers when it is told to; `asked` are the messages that were wanted. */
function slowMain(): { main: MainClient; asked: string[]; answer(messageId: string): Promise<void> } {
  const asked: string[] = [];
  const waiting = new Map<string, () => void>();
  const call = (method: string, { messageId }: { messageId: string }): Promise<unknown> => {
    if (method === 'thread.get') return Promise.resolve([row(messageId)]);
    asked.push(messageId);
    return new Promise((resolve) => waiting.set(messageId, () => resolve({ messageId, headers: [] })));
  };
  return {
    main: { call } as unknown as MainClient,
    asked,
    async answer(messageId) {
      waiting.get(messageId)?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function reading(
  first: string,
): Promise<{ reader: Reader; asked: string[]; answer(id: string): Promise<void> }> {
  const { main, asked, answer } = slowMain();
  const reader = new Reader(main);
  reader.open(row(first));
  await answer(first);
  reader.drew(first);
  return { reader, asked, answer };
}

test('the mail before stays in view until the next one is drawn', async () => {
  const { reader, answer } = await reading('a');
  reader.open(row('b'));
  expect([reader.before?.chosen.messageId, reader.chosen?.messageId]).toEqual(['a', 'b']);
  await answer('b');
  // News of another one that was drawn are not what is waited for.
  reader.drew('a');
  expect(reader.before?.chosen.messageId).toBe('a');
  reader.drew('b');
  expect(reader.before).toBeNull();
});

test('who goes on quickly looks at the first one until something is drawn', async () => {
  const { reader, answer } = await reading('a');
  reader.open(row('b'));
  reader.open(row('c'));
  expect(reader.before?.chosen.messageId).toBe('a');
  await answer('c');
  reader.drew('b');
  expect(reader.before?.chosen.messageId).toBe('a');
  reader.drew('c');
  expect(reader.before).toBeNull();
});

test('it stays for a quarter of a second and no longer', async () => {
  const { reader } = await reading('a');
  reader.open(row('b'));
  await vi.advanceTimersByTimeAsync(240);
  expect(reader.before).not.toBeNull();
  await vi.advanceTimersByTimeAsync(20);
  expect(reader.before).toBeNull();
});

test('what must be fetched first, and a closed reader, show nothing of the mail before', async () => {
  const { reader } = await reading('a');
  reader.open(row('far', false));
  expect(reader.before).toBeNull();
  const other = (await reading('a')).reader;
  other.open(row('b'));
  other.close();
  expect(other.before).toBeNull();
});

test('messages are read ahead once', async () => {
  const { reader, asked, answer } = await reading('a');
  reader.ahead([row('b'), row('z')]);
  reader.ahead([row('b')]);
  expect(asked).toEqual(['a', 'b', 'z']);
  await answer('b');
  reader.open(row('b'));
  expect(asked).toEqual(['a', 'b', 'z']);
  expect(reader.loaded['b']?.state).toBe('ready');
});
