import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MainClient } from '../../../../src-renderer/ipc/client.ts';
import type { Sender } from '../../../../src-renderer/features/composer/answering.ts';
import { ComposerSession } from '../../../../src-renderer/features/composer/composer-session.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A composer of plain text, and what main was given of it to keep. */
function compose(answer: () => Promise<void> = () => Promise.resolve()) {
  const kept: { text: string; at: number }[] = [];
  const main = {
    call: async (_method: string, params: { text: string; attachments: unknown[] }) => {
      await answer();
      kept.push({ text: params.text, at: Date.now() });
      return { draftId: 'd1', attachments: [] };
    },
  } as unknown as MainClient;
  const sender = { account: { accountId: 'a' }, identity: { identityId: 'i', signature: '' } } as Sender;
  const session = new ComposerSession(main, { sender, rich: false, text: '', html: '' });
  const type = (letters: string): void => {
    session.text += letters;
    session.changed();
  };
  return { session, kept, type };
}

test('R17: of ten minutes of typing without a pause, never more than five seconds are not kept', async () => {
  const { session, kept, type } = compose();
  const begun = Date.now();
  for (let key = 1; key <= 3_000; key += 1) {
    await vi.advanceTimersByTimeAsync(200);
    type('x');
    // A kill here loses what was typed since; five letters a second.
    const safe = kept.at(-1)?.text.length ?? 0;
    expect(session.text.length - safe).toBeLessThanOrEqual(25);
  }
  expect(Date.now() - begun).toBe(600_000);
  expect(kept.length).toBeLessThan(200);
  session.end();
});

test('the last words are kept too, once, and nothing more is asked of main', async () => {
  const { kept, type } = compose();
  type('a');
  await vi.advanceTimersByTimeAsync(1_000);
  type('b');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kept.map(({ text }) => text)).toEqual(['ab']);
});

test('what is typed while it is being kept is kept after it', async () => {
  let go = (): void => undefined;
  const { session, kept, type } = compose(() => new Promise((resolve) => (go = resolve)));
  type('a');
  await vi.advanceTimersByTimeAsync(5_000);
  type('b');
  go();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(session.dirty).toBe(true);
  go();
  await vi.advanceTimersByTimeAsync(1);
  expect(kept.map(({ text }) => text)).toEqual(['a', 'ab']);
  expect(session.dirty).toBe(false);
});

test('what main could not keep is tried again, and given up when the composer ends', async () => {
  let refusals = 2;
  const { session, kept, type } = compose(() =>
    refusals-- > 0 ? Promise.reject(new Error('no room')) : Promise.resolve(),
  );
  type('a');
  await vi.advanceTimersByTimeAsync(9_000);
  expect(session.saveProblem).not.toBeNull();
  expect(kept).toEqual([]);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(kept.map(({ text }) => text)).toEqual(['a']);
  expect(session.saveProblem).toBeNull();
  type('b');
  session.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kept).toHaveLength(1);
});
