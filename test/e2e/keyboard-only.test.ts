import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoPerson, DemoWorld } from '../../src-main/demo/world.ts';
import { until } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { DemoWindow, findStage } from './demo-window.ts';
import { focusFault, takePicture } from './screen-checks.ts';
import { messageIdOf, storyMails, subjectOf, type StoryRole } from './story-mails.ts';

const { display, reason, skipped } = await findStage('keyboard-only');

describe.skipIf(reason !== null)(`A02: by keyboard alone${skipped}`, () => {
  let opened: DemoWindow;
  let world: DemoWorld;
  let page: Page;
  let ina: DemoPerson;
  const faults: string[] = [];

  beforeAll(async () => {
    opened = await DemoWindow.open({
      display,
      count: 60,
      prepare: ({ accounts, dovecot }) => {
        const first = accounts[0] as DemoPerson;
        dovecot.seedMaildir(first.address, 'INBOX', storyMails(first));
      },
    });
    ({ page, world, ina } = opened);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    // Any help by a mouse would be noticed.
    await page.evaluate(() => {
      for (const kind of ['mousedown', 'pointerdown', 'touchstart'])
        window.addEventListener(kind, () => (document.documentElement.dataset['mouse'] = 'used'), true);
    });
  });
  afterAll(async () => {
    await opened?.close();
    await display?.stop();
  });

  /** Every key is followed by a look: the focus is somewhere, and can be seen. */
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      await page.keyboard.press(key);
      const fault = await until(
        async () => {
          const found = await focusFault(page);
          return found === null ? 'none' : undefined;
        },
        'the focus is seen',
        3_000,
      ).catch(async () => (await focusFault(page)) ?? 'none');
      if (fault !== 'none') faults.push(`after ${key}: ${fault}`);
    }
  };
  const type = (text: string): Promise<void> => page.keyboard.type(text);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const active = document.activeElement;
      const label = active instanceof HTMLInputElement ? active.labels?.[0]?.textContent : null;
      return (active?.getAttribute('aria-label') ?? label ?? active?.textContent ?? '').trim();
    });
  const tabTo = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 80; presses += 1) {
      await press('Tab');
      if ((await focused()).startsWith(name)) return;
    }
    throw new Error(`Tab never came to “${name}”`);
  };
  const isOpen = (subject: string): Promise<void> => page.locator('#subject', { hasText: subject }).waitFor();
  const inPane = async (pane: string): Promise<void> => {
    for (let panes = 0; panes < 6; panes += 1) {
      if (
        await page.evaluate((name) => document.activeElement?.closest(`[data-pane=${name}]`) !== null, pane)
      )
        return;
      await press('F6');
    }
    throw new Error(`F6 never came to the ${pane}`);
  };
  /** j from the top until that message is open. */
  const walkTo = async (role: StoryRole): Promise<void> => {
    await press('g', 'i');
    await inPane('list');
    await press('Home');
    for (let presses = 0; presses < 80; presses += 1) {
      if (
        (
          await page
            .locator('#subject')
            .textContent()
            .catch(() => '')
        )?.includes(subjectOf(role)) === true
      )
        return;
      const before = await page
        .locator('[role=row][aria-selected=true], [role=row]:focus')
        .first()
        .textContent();
      await press('j');
      await expect
        .poll(async () => await page.locator('[role=row]:focus').first().textContent())
        .not.toBe(presses === 0 ? '' : before);
    }
    throw new Error(`j never came to “${subjectOf(role)}”`);
  };
  const holds = async (folder: string, messageId: string): Promise<void> => {
    const raw = await RawImap.open({
      port: world.dovecot.imapsPort,
      ca: world.dovecot.ca,
      user: ina.address,
      password: ina.password,
    });
    try {
      await until(
        async () => (await raw.messages(folder)).some((message) => message.messageId === messageId),
        `${messageId} in ${folder}`,
        20_000,
      );
    } finally {
      await raw.close();
    }
  };

  test('add an account, read, search, reply, attach, send, move, delete, settings', async () => {
    try {
      await page.getByRole('heading', { name: 'Welcome to Posthorn' }).waitFor();
      await type(ina.address);
      await press('Enter');
      await page.locator('#wizard-password').waitFor();
      await type(ina.password);
      await press('Enter');
      await page.getByRole('heading', { name: 'Where should your mail live?' }).waitFor();
      await tabTo('Your name, as others see it');
      await type(ina.name);
      await tabTo('Fetch my mail');
      await press('Enter');
      await page
        .locator('.row-subject')
        .getByText(subjectOf('answered'), { exact: true })
        .first()
        .waitFor({ timeout: 30_000 });
      await page.locator('.status-line', { hasText: 'All mail up to date' }).waitFor({ timeout: 60_000 });

      await walkTo('answered');
      await page.getByText('The posters hang').first().waitFor();
      await press('r');
      const composer = page.getByRole('dialog', { name: `Re: ${subjectOf('answered')}` });
      await composer.waitFor();
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')))
        .toBe('textbox');
      await type('By keys alone.');
      const chooser = page.waitForEvent('filechooser');
      await tabTo('Attach');
      await press('Enter');
      await (
        await chooser
      ).setFiles({ name: 'tide-table.csv', mimeType: 'text/csv', buffer: Buffer.from('04:12;1.9\n') });
      await composer.getByText('tide-table').waitFor();
      await press('Control+Enter');
      await composer.waitFor({ state: 'hidden' });
      await expect.poll(() => world.submission.taken.length, { timeout: 40_000 }).toBe(1);

      await press('/');
      await type('copper');
      await page.getByRole('grid', { name: 'Search results' }).getByRole('row').first().waitFor();
      await press('ArrowDown');
      await page.locator('[role=row]:focus').waitFor();
      await press('Enter');
      await isOpen(subjectOf('marked'));
      await press('Escape', 'Escape');

      await walkTo('archived');
      await press('m');
      await page.locator('[role=combobox]:focus').waitFor();
      await type('Archive');
      await page.getByRole('option', { selected: true }).filter({ hasText: 'Archive' }).waitFor();
      await press('Enter');
      await holds('Archive', messageIdOf('archived'));

      await walkTo('starred');
      await press('#');
      // Taking back is offered for a while only, and a loaded machine is slow to reach the server.
      await page.locator('.toast', { hasText: 'Moved to Trash' }).waitFor();
      await press('z');
      await holds('INBOX', messageIdOf('starred'));

      // A folder is chosen in the tree itself, pane by pane.
      await inPane('folders');
      await press('End', 'Home');
      for (let presses = 0; presses < 40; presses += 1) {
        if ((await focused()).startsWith('Trash')) break;
        await press('ArrowDown');
      }
      await press('Enter');
      await page.locator('#list-title', { hasText: 'Trash' }).waitFor();

      await press('Control+,');
      await page.getByRole('heading', { name: 'Settings' }).first().waitFor();
      await tabTo('Log');
      await press('Enter');
      await press('Escape');
      await page.locator('#list-title').waitFor();
    } catch (thrown) {
      await takePicture(page, 'keyboard-failed').catch(() => undefined);
      process.stderr.write(`${faults.join('\n')}\n${opened.posthorn.stderr.slice(-2000)}\n`);
      throw thrown;
    }
    expect(faults).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.dataset['mouse'] ?? 'not used')).toBe(
      'not used',
    );
    expect(opened.posthorn.problems).toEqual([]);
  });
});
