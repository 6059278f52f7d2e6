import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MainClient } from '../../../../src-renderer/ipc/client.ts';
import { makeStages } from '../../../../src-renderer/features/message-view/stages.ts';
import { Reader } from '../../../../src-renderer/state/reader.svelte.ts';
import type { MessageRow } from '../../../../src-shared/model/message.ts';

const row = (messageId: string, readableOffline = true): MessageRow =>
  ({ messageId, threadId: messageId, readableOffline }) as MessageRow;

/** Main that answers when it is told to; `asked` are the messages that were wanted. */
function slowMain(): { main: MainClient; asked: string[]; answer(messageId: string): Promise<void> } {
  const asked: string[] = [];
  const waiting = new Map<string, () => void>();
  const call = (method: string, { messageId }: { messageId: string }): Promise<unknown> => {
    if (method === 'thread.get')
      return Promise.resolve(messageId === 'b' ? [row('earlier'), row('b')] : [row(messageId)]);
    asked.push(messageId);
    const text = messageId === 'long' ? 'x'.repeat(300_000) : 'x';
    const size = messageId === 'heavy' ? 6_000_000 : 20_000;
    const message = { messageId, headers: [], html: null, text, size, sections: [] };
    return new Promise((resolve) => waiting.set(messageId, () => resolve(message)));
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

test('a mail that was laid out ahead takes its place at once, with its conversation; one that does not stand yet comes as any other', async () => {
  const { reader, asked, answer } = await reading('a');
  const { laid } = reader;
  const laidOut = (): string[] => laid.views.map(({ chosen }) => chosen.messageId);
  await laid.prepare([row('b')]);
  expect(laidOut(), 'not read yet').toEqual([]);
  reader.ahead([row('b'), row('z')]);
  await answer('b');
  await answer('z');
  await laid.prepare([row('b'), row('z')]);
  await laid.prepare([row('b'), row('z')]);
  expect(laidOut(), 'one after the other').toEqual(['b']);
  reader.drew('b');
  await laid.prepare([row('b'), row('z')]);
  expect(laidOut()).toEqual(['b', 'z']);

  reader.open(row('b'));
  expect([reader.before, reader.chosen?.messageId]).toEqual([null, 'b']);
  expect(reader.rows.map(({ messageId }) => messageId)).toEqual(['earlier', 'b']);
  expect(laidOut(), 'the way back').toEqual(['z', 'a']);
  reader.open(row('z'));
  expect(reader.before?.chosen.messageId, 'its text does not stand').toBe('b');
  expect(asked, 'nothing else').toEqual(['a', 'b', 'z']);
});

test('only neighbours stay laid out, and nothing when the reader is closed', async () => {
  const { reader, answer } = await reading('a');
  const { laid } = reader;
  reader.ahead([row('b'), row('c')]);
  await answer('b');
  await answer('c');
  await laid.prepare([row('b')]);
  reader.drew('b');
  await laid.prepare([row('c')]);
  expect(laid.views.map(({ chosen }) => chosen.messageId)).toEqual(['c']);
  laid.gone('b');
  expect(laid.standing.has('b')).toBe(false);
  // The list moved on while its conversation was read.
  const late = laid.prepare([row('b')]);
  reader.close();
  await late;
  expect(laid.views).toEqual([]);
});

test('what takes long to lay out is not, nor what was unfolded by its reader', async () => {
  const { reader, answer } = await reading('a');
  const { laid } = reader;
  for (const id of ['long', 'heavy', 'b']) {
    reader.ahead([row(id)]);
    await answer(id);
  }
  await laid.prepare([row('long'), row('heavy')]);
  expect(laid.views).toEqual([]);
  reader.unfold('other');
  reader.open(row('b'));
  expect(laid.views).toEqual([]);
});

test('a frame that stays is never moved: who comes new comes last', async () => {
  const { reader, answer } = await reading('a');
  const stagesOf = makeStages();
  const order = (): string[] => stagesOf(reader).map(({ view, role }) => `${view.chosen.messageId} ${role}`);
  reader.ahead([row('z'), row('b')]);
  await answer('z');
  await answer('b');
  expect(order()).toEqual(['a current']);
  await reader.laid.prepare([row('z')]);
  reader.drew('z');
  expect(order()).toEqual(['a current', 'z ahead']);
  reader.open(row('z'));
  expect(order()).toEqual(['a ahead', 'z current']);
  reader.open(row('b'));
  expect(order()).toEqual(['a ahead', 'z before', 'b coming']);
});
