import type { Page } from '../../../src-main/shell/shell.ts';

interface Answer {
  id?: number;
  value?: unknown;
  error?: string;
}

const talks = new WeakMap<Page, { ask<T>(name: string, input?: unknown): Promise<T> }>();

/** Asks a page of test/fixtures/shell-pages to try something; resolves with what it says. */
export function talk(page: Page): { ask<T>(name: string, input?: unknown): Promise<T> } {
  const known = talks.get(page);
  if (known !== undefined) return known;
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  page.onMessage((message) => {
    const answer = message as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  const made = {
    ask: <T>(name: string, input?: unknown): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const id = ++last;
        waiting.set(id, ({ value, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(value as T);
          else reject(new Error(`${name}: ${error}`));
        });
        page.onGone((reason) => reject(new Error(`${name}: page ${reason}`)));
        page.send({ id, try: name, with: input });
      }),
  };
  talks.set(page, made);
  return made;
}

export function gone(page: Page): Promise<string> {
  return new Promise((resolve) => page.onGone(resolve));
}

/** Waits for a condition; throws after `patience` ms. */
export async function until(condition: () => boolean | Promise<boolean>, patience = 15_000): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > patience) throw new Error('The condition did not come true.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
