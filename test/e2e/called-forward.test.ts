import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoPerson } from '../../src-main/demo/world.ts';
import { programFile } from '../harness/headless.ts';
import { DemoWindow, findStage } from './demo-window.ts';
import { takePicture } from './screen-checks.ts';

declare global {
  interface Window {
    notes?: { title: string; body: string; click: () => void }[];
  }
}

const { display, reason, skipped } = await findStage('called-forward');

describe.skipIf(reason !== null)(`the window that is called forward${skipped}`, () => {
  let opened: DemoWindow;
  let ina: DemoPerson;
  let page: Page;

  beforeAll(async () => {
    opened = await DemoWindow.open({ display, count: 10 });
    ({ page, ina } = opened);
    await opened.addFirstAccount();
  });
  afterAll(async () => {
    await opened?.close();
    await display?.stop();
  });

  const badge = async (): Promise<number> => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0);
  const subject = (text: string): Promise<void> => page.locator('#subject', { hasText: text }).waitFor();

  /** Another start of the program with the same profile; its exit code. */
  async function startAgain(argument: string): Promise<number | null> {
    const again = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', programFile(), '--profile', opened.profile, argument],
      { stdio: 'ignore', env: { ...process.env, DISPLAY: display?.name ?? '' } },
    );
    await once(again, 'exit');
    return again.exitCode;
  }

  test('a new mail is told of and counted, and the click on its notification opens it', async () => {
    // A display without a desktop shows no notifications: what the page asks the system for is caught here.
    await page.evaluate(() => {
      const notes: NonNullable<Window['notes']> = [];
      window.notes = notes;
      const Caught = class {
        onclick: (() => void) | null = null;
        onclose: (() => void) | null = null;
        constructor(title: string, { body }: { body: string }) {
          notes.push({ title, body, click: () => this.onclick?.() });
        }
        close(): void {
          this.onclose?.();
        }
      };
      Object.defineProperty(window, 'Notification', { value: Caught });
    });
    const before = await badge();
    await page.keyboard.press('Control+,');
    await page.getByRole('heading', { name: 'Settings' }).first().waitFor();
    const refused = await opened.world.dovecot.deliver(
      ina.address,
      [
        'From: Ada Lovelace <ada@example.test>',
        `To: ${ina.address}`,
        'Subject: The engine weaves',
        'Message-ID: <engine@example.test>',
        `Date: ${new Date().toUTCString()}`,
        '',
        'Algebraic patterns, Ada',
        '',
      ].join('\r\n'),
    );
    expect(refused).toEqual([]);
    await expect
      .poll(() => page.evaluate(() => window.notes?.map(({ title, body }) => ({ title, body }))), {
        timeout: 30_000,
      })
      .toEqual([{ title: 'Ada Lovelace', body: 'The engine weaves' }]);
    await expect.poll(badge).toBe(before + 1);
    await page.evaluate(() => window.notes?.[0]?.click());
    await subject('The engine weaves');
    await page.frameLocator('iframe.mail-frame').getByText('Algebraic patterns').waitFor();
    await takePicture(page, 'notification-opened');
  });

  test('a second start with an .eml shows it in the window that is open', async () => {
    const file = join(opened.dir, 'letter.eml');
    writeFileSync(
      file,
      'From: Charles <charles@example.test>\r\nTo: ada@example.test\r\nSubject: On tables\r\n\r\nThey are printed.\r\n',
    );
    expect(await startAgain(file)).toBe(0);
    await subject('On tables');
    await page.frameLocator('iframe.mail-frame').getByText('They are printed').waitFor();
    // What is shown is a file: no key acts on the row that is under the cursor behind it.
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('delete');
    expect(await page.getByRole('option', { name: /^Delete/ }).count()).toBe(0);
    await page.keyboard.press('Escape');
  });

  test('a second start with a mailto: address opens the composer there', async () => {
    expect(await startAgain('mailto:ada@example.test?subject=Tables%20and%20engines')).toBe(0);
    const composer = page.getByRole('dialog', { name: 'Tables and engines' });
    await composer.waitFor();
    await composer.getByText('ada@example.test').waitFor();
    expect(opened.posthorn.problems).toEqual([]);
  });
});
