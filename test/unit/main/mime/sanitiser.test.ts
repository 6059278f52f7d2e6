import { expect, test } from 'vitest';
import { createSanitiser } from '../../../../src-main/mime/sanitiser.ts';
import type { Page } from '../../../../src-main/shell/shell.ts';

/** Hidden pages that answer when the test says so, and a clock that the test turns. */
class World {
  readonly pages: FakePage[] = [];
  #timers: { at: number; fn: () => void }[] = [];
  #now = 0;
  readonly clock = {
    now: () => this.#now,
    monotonic: () => this.#now,
    setTimeout: (fn: () => void, ms: number) => {
      const timer = { at: this.#now + ms, fn };
      this.#timers.push(timer);
      return { cancel: () => void (this.#timers = this.#timers.filter((one) => one !== timer)) };
    },
  };
  readonly sanitiser = createSanitiser(
    {
      openPage: () => {
        const page = new FakePage();
        this.pages.push(page);
        return Promise.resolve(page as unknown as Page);
      },
    },
    this.clock,
    () => undefined,
  );

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { fn } of due) fn();
    await calm();
  }
}

class FakePage {
  readonly ready = Promise.resolve();
  readonly sent: { id: number; html: string }[] = [];
  closed = false;
  #answer: (message: unknown) => void = () => undefined;
  gone: (reason: string) => void = () => undefined;

  send(message: { id: number; html: string }): void {
    if (message.html === 'cannot be sent') throw new Error('Object has been destroyed');
    this.sent.push(message);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#answer = listener;
  }
  onGone(listener: (reason: string) => void): void {
    this.gone = listener;
  }
  close(): Promise<void> {
    this.closed = true;
    this.gone('closed');
    return Promise.resolve();
  }
  async answer(): Promise<void> {
    const { id, html } = this.sent.at(-1) ?? { id: 0, html: '' };
    const remote = { count: 0, hosts: [], urls: [], trackers: [] };
    this.#answer({ id, html: `clean ${html}`, remote, blocked: 0 });
    await calm();
  }
}

const calm = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const told = (answers: Promise<{ html: string } | null>[]): Promise<(string | null)[]> =>
  Promise.all(answers.map(async (answer) => (await answer)?.html ?? null));

test('mails that wait behind one that hangs its page are cleaned in another, with all of their time', async () => {
  const { pages, pass, sanitiser } = worldOf();
  const answers = ['hangs', 'small', 'last'].map((html) => sanitiser.clean(html));
  await calm();
  expect(pages.map((page) => page.sent.map(({ html }) => html))).toEqual([['hangs']]);
  await pass(200);
  expect(pages[1]?.sent.map(({ html }) => html)).toEqual(['small']);
  await pass(4_000);
  await pages[1]?.answer();
  // Begun at 4.2 s: the limit of the first is not its own.
  expect(pages[1]?.sent.map(({ html }) => html)).toEqual(['small', 'last']);
  await pass(4_000);
  expect(pages[0]?.closed).toBe(true);
  await pages[1]?.answer();
  expect(await told(answers)).toEqual([null, 'clean small', 'clean last']);
  expect(pages).toHaveLength(2);
  expect(pages[1]?.closed).toBe(false);
});

test('one page is enough while none takes long, and the second goes when the rush is over', async () => {
  const { pages, pass, sanitiser } = worldOf();
  const answers = ['a', 'b', 'c'].map((html) => sanitiser.clean(html));
  await calm();
  for (let n = 0; n < 3; n += 1) await pages[0]?.answer();
  expect(await told(answers)).toEqual(['clean a', 'clean b', 'clean c']);
  expect(pages).toHaveLength(1);

  const rush = ['d', 'e'].map((html) => sanitiser.clean(html));
  await calm();
  await pass(200);
  expect(pages).toHaveLength(2);
  await pages[1]?.answer();
  await pages[0]?.answer();
  expect(await told(rush)).toEqual(['clean d', 'clean e']);
  expect(pages.filter((page) => !page.closed)).toHaveLength(1);
});

test('a page that ended while nobody needed it is opened again; the mail in a page that ends is shown as text', async () => {
  const { pages, sanitiser } = worldOf();
  const first = sanitiser.clean('a');
  await calm();
  await pages[0]?.answer();
  expect((await first)?.html).toBe('clean a');
  pages[0]?.gone('crashed');
  const second = sanitiser.clean('b');
  await calm();
  pages[1]?.gone('crashed');
  expect(await second).toBeNull();
  const third = sanitiser.clean('c');
  await calm();
  await pages[2]?.answer();
  expect((await third)?.html).toBe('clean c');
});

test('a page that cannot be sent to is left: its mail is shown as text, the next has another', async () => {
  const { pages, sanitiser } = worldOf();
  expect(await sanitiser.clean('cannot be sent')).toBeNull();
  expect(pages[0]?.closed).toBe(true);
  const next = sanitiser.clean('a');
  await calm();
  await pages[1]?.answer();
  expect((await next)?.html).toBe('clean a');
});

function worldOf() {
  const world = new World();
  return { pages: world.pages, sanitiser: world.sanitiser, pass: (ms: number) => world.pass(ms) };
}
