import { mkdirSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { FakeWorld } from '../fakes/fake-main/fake-world.ts';
import { WindowHarness, type OpenedWindow } from '../fakes/fake-main/window-harness.ts';

export type WindowOptions = Parameters<WindowHarness['open']>[1];
type OpenWindow = (world?: FakeWorld, options?: WindowOptions) => Promise<Page>;

/** Where the tests of this window leave their pictures. */
export const pictures = 'test-artefacts/window';

/** A window on a made-up world for each test of the file; a test fails when its page wrote an error. */
export function useFakeWindow(): OpenWindow {
  let harness: WindowHarness;
  let opened: OpenedWindow | null = null;
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    harness = await WindowHarness.start();
  });
  afterAll(() => harness.stop());
  afterEach(async () => {
    const problems = opened?.problems ?? [];
    await opened?.context.close();
    opened = null;
    expect(problems, 'errors in the page').toEqual([]);
  });
  return async (world = {}, options = {}) => {
    opened = await harness.open(world, options);
    await opened.page.waitForSelector('.app');
    return opened.page;
  };
}

export const rows = (page: Page): Locator => page.locator('[data-pane=list] [role=row][data-id]');

/** What main was asked for by that method, in order. */
export const calls = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate(
    (name) => window.fakeMain.calls.filter((call) => call.method === name).map((call) => call.params),
    method,
  );

export const focusedRole = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('role') ?? null);
