import { expect, test, vi } from 'vitest';
import { openCache, type CacheClient } from '../../../../src-main/cache/cache-client.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import type { Page, PageMessage } from '../../../../src-main/shell/shell.ts';
import type { StoreTrouble } from '../../../../src-shared/cache-protocol.ts';

type Asked = { id: number; method: string };
type Answer = { ok: true; value: unknown } | { ok: false; error: string; code: StoreTrouble };

/** A browser whose store pages answer as `answer` says, and count themselves. */
class Browser {
  made = 0;
  open = 0;
  most = 0;
  /** Ends it, as a person does who closes its last window. */
  end: () => void = () => undefined;
  /** The page of the store begins anew, as after a crash of its worker. */
  reload: () => void = () => undefined;
  readonly gone = new Promise<void>((resolve) => {
    this.end = resolve;
  });
  answer: (asked: Asked) => Answer | null = () => ({ ok: true, value: { cacheId: 'c', fresh: false } });

  openPage(): Promise<Page> {
    this.made += 1;
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    let tell: (message: PageMessage) => void = () => undefined;
    return Promise.resolve({
      id: `page ${this.made}`,
      hidden: true,
      ready: Promise.resolve(),
      send: (message) => {
        const asked = message as Asked;
        const said = this.answer(asked);
        if (said !== null) tell({ id: asked.id, ...said });
      },
      onMessage: (listener) => {
        tell = listener;
      },
      onGone: () => undefined,
      onReload: (listener) => {
        this.reload = listener;
      },
      focus: () => undefined,
      close: () => {
        this.open -= 1;
        return Promise.resolve();
      },
    });
  }
}

async function begun(): Promise<{
  browser: Browser;
  cache: CacheClient;
  clock: AdvanceableClock;
  disk: { full: boolean };
}> {
  const browser = new Browser();
  const clock = new AdvanceableClock();
  const disk = { full: false };
  const cache = await openCache({
    shell: browser,
    expectedCacheId: 'c',
    rememberCacheId: () => undefined,
    lacksRoom: () => Promise.resolve(disk.full),
    log: () => undefined,
    clock,
  });
  return { browser, cache, clock, disk };
}

test('case 71: a store that cannot be opened on a full disk keeps nobody waiting and leaves no pages behind', async () => {
  const { browser, cache, clock, disk } = await begun();
  disk.full = true;
  browser.answer = ({ method }) =>
    method === 'open'
      ? { ok: false, error: 'no room', code: 'damaged' }
      : method === 'rows'
        ? { ok: false, error: 'broken', code: 'damaged' }
        : null;
  const waiting = cache.call('folders', { accountId: 'a' });
  const refused = expect(waiting).rejects.toMatchObject({ code: 'quota' });
  await expect(cache.call('rows', { messageIds: [] })).rejects.toMatchObject({ code: 'quota' });
  await refused;
  await expect(cache.call('folders', { accountId: 'a' })).rejects.toMatchObject({ code: 'quota' });
  for (let tries = 2; tries < 12; tries += 1)
    await vi.waitFor(() => {
      clock.advance(5_000);
      expect(browser.made).toBeGreaterThanOrEqual(tries);
    });
  expect(browser.open).toBeLessThanOrEqual(2);
  expect(browser.most).toBeLessThanOrEqual(2);

  // There is room again.
  disk.full = false;
  browser.answer = () => ({ ok: true, value: { cacheId: 'c', fresh: false } });
  await vi.waitFor(async () => {
    clock.advance(5_000);
    await expect(cache.call('folders', { accountId: 'a' })).resolves.toBeDefined();
  });
});

test('what a full disk refused first is told first: the batches behind it fail only for that', async () => {
  const { browser, cache, disk } = await begun();
  disk.full = true;
  browser.answer = ({ method }) =>
    method === 'folders'
      ? { ok: false, error: 'aborted', code: 'aborted' }
      : { ok: false, error: 'StoreMistake: applyBatch after a batch that failed', code: 'bug' };
  const told: string[] = [];
  const note = (error: { code: string }): void => void told.push(error.code);
  await Promise.all([
    cache.call('folders', { accountId: 'a' }).catch(note),
    cache.call('rows', { messageIds: [] }).catch(note),
  ]);
  expect(told).toEqual(['quota', 'bug']);
});

test('nobody waits for the store of a browser that ended: the program could not end either', async () => {
  const { browser, cache } = await begun();
  browser.answer = () => null;
  const asked = cache.call('folders', { accountId: 'a' });
  browser.end();
  await expect(asked).rejects.toThrow('Posthorn is closing');
  await expect(cache.call('folders', { accountId: 'a' })).rejects.toThrow('Posthorn is closing');
});

test('a store that was being opened when the browser ended is not opened again', async () => {
  const { browser, cache, clock } = await begun();
  browser.answer = () => null;
  browser.reload();
  const asked = cache.call('folders', { accountId: 'a' });
  browser.end();
  await expect(asked).rejects.toThrow('Posthorn is closing');
  await new Promise(setImmediate);
  clock.advance(60_000);
  await new Promise(setImmediate);
  expect(browser.made).toBe(1);
});

test('the store is asked once more before it is closed, so that it writes whom it saw, but is not waited for in vain', async () => {
  const first = await begun();
  const asked: string[] = [];
  first.browser.answer = ({ method }) => {
    asked.push(method);
    return { ok: true, value: [] };
  };
  await first.cache.close();
  expect(asked).toEqual(['contacts']);
  expect(first.browser.open).toBe(0);

  const second = await begun();
  second.browser.answer = () => null;
  const closing = second.cache.close();
  second.clock.advance(2_000);
  await closing;
  expect(second.browser.open).toBe(0);
});
