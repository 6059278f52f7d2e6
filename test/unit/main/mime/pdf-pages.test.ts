import { expect, test } from 'vitest';
import { createPdfPages } from '../../../../src-main/mime/pdf-pages.ts';
import type { Clock } from '../../../../src-main/platform/clock.ts';
import type { Page } from '../../../../src-main/shell/shell.ts';

interface FakePage {
  sent: { id: number }[];
  answer(message: unknown): void;
  gone(): void;
}

function shellOf(pages: FakePage[]) {
  return {
    openPage(): Promise<Page> {
      let answer: (message: unknown) => void = () => undefined;
      let gone: () => void = () => undefined;
      const sent: { id: number }[] = [];
      pages.push({ sent, answer: (message) => answer(message), gone: () => gone() });
      return Promise.resolve({
        ready: Promise.resolve(),
        send: (message: { id: number }) => sent.push(message),
        onMessage: (listener: typeof answer) => (answer = listener),
        onGone: (listener: typeof gone) => (gone = listener),
        close: () => Promise.resolve(),
      } as unknown as Page);
    },
  };
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
}

test('the end of a page that was too slow says nothing about the next file', async () => {
  const pages: FakePage[] = [];
  const timers: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    setTimeout(fn) {
      timers.push(fn);
      return { cancel: () => undefined };
    },
  };
  const { draw } = createPdfPages(shellOf(pages), clock, () => undefined);
  const slow = draw(Buffer.from('slow'), 0, 1);
  const slowRefused = expect(slow).rejects.toThrow('takes too long');
  await until(() => pages[0]?.sent.length === 1);
  const next = draw(Buffer.from('next'), 0, 1);
  timers[0]?.();
  await slowRefused;
  await until(() => pages[1]?.sent.length === 1);
  pages[0]?.gone();
  pages[1]?.answer({ id: pages[1].sent[0]?.id, state: 'drawn', total: 1, pages: [] });
  expect(await next).toEqual({ total: 1, pages: [] });
  const third = draw(Buffer.from('third'), 0, 1);
  await until(() => pages[1]?.sent.length === 2);
  pages[1]?.answer({ id: pages[1].sent[1]?.id, state: 'drawn', total: 2, pages: [] });
  expect((await third).total).toBe(2);
  expect(pages).toHaveLength(2);
});
