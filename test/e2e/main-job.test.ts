import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layCable, type NetworkCable } from '../../src-main/demo/network-cable.ts';
import { startDemoWorld, type DemoPerson, type DemoWorld } from '../../src-main/demo/world.ts';
import { until } from '../harness/headless.ts';
import { RealWindow } from '../harness/real-window.ts';
import { RawImap, type RawMessage } from '../servers/raw-imap.ts';
import { pagesFor } from '../harness/built-pages.ts';
import { findStage } from './demo-window.ts';
import { axeInBothThemes, focusFault, settle, takePicture } from './screen-checks.ts';
import { messageIdOf, storyMails, subjectOf, type StoryRole } from './story-mails.ts';

const wide = { width: 1440, height: 900 };
const replyText = 'Friday at four it is. I bring the soup.';
const draftSubject = 'What the harbour master wants to know';
const madeFolder = 'Regatta ⛵ 2026';
const attachment = {
  name: 'tide-table.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from('hour;metres\n04:12;1.9\n'),
};

const { display, reason, skipped } = await findStage('main-job');

describe.skipIf(reason !== null)(`the main job, in a real window on real servers${skipped}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-e2e-'));
  const profile = join(dir, 'profile');
  let pages: string;
  let world: DemoWorld;
  let cable: NetworkCable;
  let posthorn: RealWindow;
  let page: Page;
  let personal: DemoPerson;
  let work: DemoPerson;
  const faults: string[] = [];
  let broken: string | null = null;

  /** Steps build on each other: after a failed one the others could only fail for its sake. */
  const step = (name: string, act: () => Promise<void>): void => {
    test(name, async () => {
      expect(broken, 'an earlier step failed').toBeNull();
      try {
        await act();
      } catch (thrown) {
        broken = name;
        await takePicture(page, 'failed').catch(() => undefined);
        process.stderr.write(`${posthorn.stderr.slice(-3000)}\n`);
        throw thrown;
      }
      const { problems } = posthorn;
      expect(problems.splice(0), 'errors in the page').toEqual([]);
    });
  };

  async function start(): Promise<void> {
    posthorn = await RealWindow.open({
      profile,
      pages,
      flags: cable.flags,
      passphrase: 'kade, sluis en vuurtoren',
      display: display?.name ?? '',
    });
    page = posthorn.page;
    page.setDefaultTimeout(20_000);
    await page.setViewportSize(wide);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }

  beforeAll(async () => {
    world = await startDemoWorld({ count: 250 });
    [personal, work] = world.accounts as [DemoPerson, DemoPerson];
    world.dovecot.seedMaildir(personal.address, 'INBOX', storyMails(personal));
    cable = await layCable(world.flags);
    pages = await pagesFor(dir);
    await start();
  });
  afterAll(async () => {
    await posthorn?.quit();
    await cable?.stop();
    await world?.stop();
    await display?.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const soon = <T>(ask: () => T) => expect.poll(ask, { timeout: 30_000 });
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const type = (text: string): Promise<void> => page.keyboard.type(text);
  const row = (subject: string): Locator =>
    page
      .locator('[role=row]')
      .filter({ has: page.locator('.row-subject').getByText(subject, { exact: true }) })
      .first();
  const inboxOf = (person: DemoPerson): Locator =>
    page
      .locator('.tree-group')
      .filter({ has: page.locator('.tree-account', { hasText: person.address.split('@')[1] ?? '' }) })
      .getByRole('treeitem', { name: 'Inbox' });
  const toast = (words: string): Promise<void> => page.locator('.toast', { hasText: words }).waitFor();
  const status = (words: string | RegExp): Promise<void> =>
    page.locator('.status-line', { hasText: words }).waitFor({ timeout: 60_000 });
  const focusIsSeen = async (where: string): Promise<void> => {
    const fault = await focusFault(page);
    if (fault !== null) faults.push(`focus, ${where}: ${fault}`);
  };
  const examine = async (screen: string): Promise<void> => {
    faults.push(...(await axeInBothThemes(page, screen)));
  };
  /** Tab until the control with that name has the focus; every stop on the way shows it. */
  const tabTo = async (name: string | RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      await press('Tab');
      await focusIsSeen(`on the way to ${String(name)}`);
      const found = await page.evaluate(() => {
        const active = document.activeElement;
        const label = active instanceof HTMLInputElement ? active.labels?.[0]?.textContent : null;
        return (active?.getAttribute('aria-label') ?? label ?? active?.textContent ?? '').trim();
      });
      if (typeof name === 'string' ? found === name || found.startsWith(name) : name.test(found)) return;
    }
    throw new Error(`Tab never came to ${String(name)}`);
  };
  const fromPalette = async (words: string): Promise<void> => {
    await press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await type(words);
    await page.getByRole('option', { selected: true }).filter({ hasText: words }).waitFor();
    await press('Enter');
  };
  const open = async (role: StoryRole): Promise<void> => {
    await row(subjectOf(role)).click();
    await page.locator('#subject', { hasText: subjectOf(role) }).waitFor();
  };
  const onServer = async (person: DemoPerson): Promise<RawImap> =>
    RawImap.open({
      port: world.dovecot.imapsPort,
      ca: world.dovecot.ca,
      user: person.address,
      password: person.password,
    });
  /** Waits until the server's folder holds exactly `count` of the mail, and gives them. */
  const holds = async (
    person: DemoPerson,
    folder: string,
    messageId: string,
    count: number,
  ): Promise<RawMessage[]> => {
    const raw = await onServer(person);
    try {
      return await until(
        async () => {
          const found = (await raw.messages(folder)).filter((message) => message.messageId === messageId);
          return found.length === count ? found : undefined;
        },
        `${count} of ${messageId} in ${folder}`,
        20_000,
      );
    } finally {
      await raw.close();
    }
  };

  step('welcomes, finds the servers from the address alone, and adds the account by keyboard', async () => {
    await page.getByRole('heading', { name: 'Welcome to Posthorn' }).waitFor();
    await examine('welcome');
    await takePicture(page, 'welcome-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await takePicture(page, 'welcome-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await focusIsSeen('welcome');
    await type('ina at verhoeven');
    await press('Enter');
    await page.getByRole('alert').filter({ hasText: 'not a whole mail address' }).waitFor();
    await press('Control+a');
    await type(personal.address);
    await press('Enter');
    const password = page.locator('#wizard-password');
    await password.waitFor();
    await page.getByText('imap.verhoeven.test').first().waitFor();
    await examine('servers found');
    await takePicture(page, 'wizard-servers');
    await soon(() => page.evaluate(() => document.activeElement?.id)).toBe('wizard-password');
    await type('not the password');
    await press('Enter');
    await page.getByRole('heading', { name: 'Where should your mail live?' }).waitFor();
    await examine('where the mail lives');
    await takePicture(page, 'wizard-mode');
    await tabTo('Your name, as others see it');
    await type(personal.name);
    await tabTo('Fetch my mail');
    await press('Enter');
    await page.getByRole('alert').first().waitFor();
    await examine('password refused');
    await takePicture(page, 'wizard-refused');
    await soon(() => page.evaluate(() => document.activeElement?.id)).toBe('wizard-password');
    await press('Control+a');
    await type(personal.password);
    await press('Enter');
    await page.getByRole('heading', { name: 'Where should your mail live?' }).waitFor();
    await tabTo('Fetch my mail');
    await press('Enter');
    await row(subjectOf('answered')).waitFor({ timeout: 30_000 });
    await status('All mail up to date');
  });

  step(
    'adds the second account from the palette, its servers read from the domain’s settings file',
    async () => {
      await fromPalette('Add an account');
      await page.getByRole('heading', { name: 'Add an account' }).waitFor();
      await type(work.address);
      await press('Enter');
      await page.locator('#wizard-password').waitFor();
      await type(work.password);
      await press('Enter');
      await page.getByRole('heading', { name: 'Where should your mail live?' }).waitFor();
      await tabTo('Your name, as others see it');
      await type(work.name);
      await tabTo('Fetch my mail');
      await press('Enter');
      await row('Re: Proofs and invoice for the harbour museum posters').waitFor({ timeout: 30_000 });
      await status('All mail up to date');
    },
  );

  step('reads, stars, archives and takes it back', async () => {
    await takePicture(page, 'nothing-open');
    await row('Re: Proofs and invoice for the harbour museum posters').click();
    await page.getByText('the third proof is attached').first().waitFor();
    await page.mouse.move(wide.width - 100, wide.height / 2);
    await examine('reading');
    await takePicture(page, 'main-light', true);
    await page.emulateMedia({ colorScheme: 'dark' });
    await takePicture(page, 'main-dark', true);
    await page.emulateMedia({ colorScheme: 'light' });
    for (const [width, height] of [
      [1024, 700],
      [900, 700],
      [640, 800],
    ] as const) {
      await page.setViewportSize({ width, height });
      await takePicture(page, `main-${width}`);
    }
    await press('Escape');
    await takePicture(page, 'main-640-list');
    await page.setViewportSize(wide);

    await open('archived');
    await page.getByText('Half past twelve on Thursday').first().waitFor();
    await press('s');
    await toast('Starred');
    await press('e');
    await toast('Archived');
    await soon(() => row(subjectOf('archived')).count()).toBe(0);
    await focusIsSeen('after archiving');
    await holds(personal, 'Archive', messageIdOf('archived'), 1);
    await press('z');
    await row(subjectOf('archived')).waitFor();
    const [back] = await holds(personal, 'INBOX', messageIdOf('archived'), 1);
    expect(back?.flags).toContain('\\Flagged');
  });

  step(
    'answers with an attachment, takes it back, sends it again; it arrives in the other account',
    async () => {
      await open('answered');
      await page.getByText('The posters hang').first().waitFor();
      await press('r');
      const composer = page.getByRole('dialog', { name: `Re: ${subjectOf('answered')}` });
      await composer.waitFor();
      await soon(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('textbox');
      await type(replyText);
      await tabTo('Attach');
      await composer.locator('input[type=file]').setInputFiles(attachment);
      await composer.getByText('tide-table').waitFor();
      await composer.locator('.saved', { hasText: 'Saved' }).waitFor();
      await examine('writing');
      await takePicture(page, 'composer', true);
      await page.emulateMedia({ colorScheme: 'dark' });
      await takePicture(page, 'composer-dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await press('Control+Enter');
      await toast('Sending');
      await press('z');
      await composer.waitFor();
      await composer.getByText('tide-table').waitFor();
      await composer.getByText(replyText).waitFor();
      expect(world.submission.taken).toHaveLength(0);
      await press('Control+Enter');
      await toast('Sending');
      await composer.waitFor({ state: 'hidden' });
      await focusIsSeen('after sending');
      await inboxOf(work).click();
      await row(`Re: ${subjectOf('answered')}`).waitFor({ timeout: 40_000 });
      await press('g', 'i');
      expect(world.submission.taken).toHaveLength(1);
    },
  );

  step('searches, shows the keys and the palette, and keeps a setting', async () => {
    await press('/');
    await type('harbour');
    await page.getByRole('grid', { name: 'Search results' }).getByRole('row').first().waitFor();
    await press('ArrowDown');
    await page.locator('[role=row]:focus').waitFor();
    await press('Enter');
    await page.locator('#subject').waitFor();
    await examine('search');
    await takePicture(page, 'search');
    await press('/', 'Control+a');
    await type('xylophone quartet');
    await page.getByText('Nothing found for “xylophone quartet”').waitFor();
    await examine('nothing found');
    await takePicture(page, 'search-empty');
    await press('Escape');
    await press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await examine('keys');
    await takePicture(page, 'keys');
    await press('Escape');
    await press('Control+k');
    await type('mar');
    await page.getByRole('option').first().waitFor();
    await examine('palette');
    await takePicture(page, 'palette');
    await press('Escape');
    await page.getByRole('dialog', { name: 'Commands' }).waitFor({ state: 'hidden' });

    await press('Control+,');
    await page.getByRole('heading', { name: 'General' }).waitFor();
    await examine('settings');
    await takePicture(page, 'settings');
    await page.getByRole('radio', { name: 'Dark' }).click();
    await soon(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await takePicture(page, 'settings-dark');
    await page
      .getByRole('navigation', { name: 'Parts of the settings' })
      .getByRole('button', { name: personal.address.split('@')[1] ?? '' })
      .click();
    await page.getByRole('heading', { name: 'Servers' }).waitFor();
    await examine('settings of an account');
    await takePicture(page, 'settings-account');
    await press('Escape');
    await page.locator('.list').waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await fromPalette('Settings');
    await page.getByRole('button', { name: 'General' }).click();
    await page.getByRole('radio', { name: 'As the system' }).click();
    await soon(() => page.evaluate(() => document.documentElement.dataset['theme'] ?? 'none')).toBe('none');
    await press('Escape');
  });

  step('works on without the network', async () => {
    await press('g', 'i');
    await page.getByRole('switch', { name: 'Stay off the network' }).click();
    await status('Staying off the network since');

    await open('marked');
    await soon(() => row(subjectOf('marked')).getAttribute('aria-label')).not.toContain('Unread');
    await open('starred');
    await press('s');
    await toast('Starred');
    await open('moved');
    await press('m');
    await page.locator('[role=combobox]:focus').waitFor();
    await type('Travel');
    await press('Enter');
    await toast('Moved to Travel');
    await open('deleted');
    await press('#');
    await toast('Moved to Trash');
    await focusIsSeen('after deleting');

    const account = page.getByRole('treeitem', { name: /verhoeven\.test/ }).first();
    await account.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'New folder…' }).click();
    await page.getByRole('dialog', { name: 'New folder' }).locator('input:focus').waitFor();
    await type(madeFolder);
    await press('Enter');
    await page.getByRole('treeitem', { name: madeFolder }).waitFor();
    await open('filed');
    await press('m');
    await page.locator('[role=combobox]:focus').waitFor();
    await type('Regatta');
    await press('Enter');
    await toast('Moved to Regatta');

    await press('c');
    await page.locator('#compose-to:focus').waitFor();
    await type('piotr@boathouse.example');
    await press('Enter');
    await page.locator('#compose-subject').fill(draftSubject);
    await page.locator('.rich-text').click();
    await type('Dear Piotr,');
    await press('Escape');
    await page.locator('.composer').waitFor({ state: 'hidden' });

    await inboxOf(personal).click();
    await open('answered');
    await press('r');
    await page.locator('.composer .rich-text:focus').waitFor();
    await type('And the light is best before five.');
    await press('Control+Enter');
    await page.locator('.composer').waitFor({ state: 'hidden' });

    await status(/\d+ changes waiting/);
    await page.locator('.status-line').click();
    const sheet = page.getByRole('dialog', { name: 'Changes waiting' });
    await sheet.waitFor();
    const sentences = [
      `Mark “${subjectOf('marked')}” as read`,
      `Star “${subjectOf('starred')}”`,
      `Move “${subjectOf('moved')}” to Travel`,
      `Move “${subjectOf('deleted')}” to Trash`,
      `Make the folder ${madeFolder}`,
      `Move “${subjectOf('filed')}” to ${madeFolder}`,
      `Re: ${subjectOf('answered')}`,
    ];
    for (const words of sentences) await sheet.getByRole('heading', { name: words }).first().waitFor();
    await examine('changes waiting');
    await takePicture(page, 'offline', true);
    await press('Escape');
  });

  const stillThere = async (): Promise<void> => {
    await row(subjectOf('starred')).waitFor();
    expect(await row(subjectOf('starred')).getAttribute('aria-label')).toContain('starred');
    expect(await row(subjectOf('marked')).getAttribute('aria-label')).not.toContain('Unread');
    for (const role of ['moved', 'deleted', 'filed'] as const)
      expect(await row(subjectOf(role)).count(), role).toBe(0);
    await open('marked');
    await page.getByText('under the tarpaulin').first().waitFor();
    await page.getByRole('treeitem', { name: madeFolder }).click();
    await row(subjectOf('filed')).waitFor();
    await page.getByRole('treeitem', { name: 'Travel' }).click();
    await row(subjectOf('moved')).waitFor();
    await open('moved');
    await page.getByText('The early one has the view').first().waitFor();
    await press('g', 'd');
    await row(draftSubject).waitFor();
    await press('g', 'o');
    await page.getByRole('heading', { name: `Re: ${subjectOf('answered')}` }).waitFor();
    await takePicture(page, 'outbox');
    await press('g', 'i');
  };

  step('keeps all of it through kill −9 and a start without servers', async () => {
    await posthorn.kill();
    await cable.pull();
    await start();
    await row(subjectOf('marked')).waitFor();
    await stillThere();
  });

  step('repeats it on the server once the network is back, each change exactly once', async () => {
    await cable.plugIn();
    await page.getByRole('switch', { name: 'Stay off the network' }).click();
    await status('All mail up to date');
    await settle(page);

    const [marked] = await holds(personal, 'INBOX', messageIdOf('marked'), 1);
    expect(marked?.flags).toContain('\\Seen');
    const [starred] = await holds(personal, 'INBOX', messageIdOf('starred'), 1);
    expect(starred?.flags).toContain('\\Flagged');
    for (const [role, folder] of [
      ['moved', 'Travel'],
      ['deleted', 'Trash'],
      ['filed', madeFolder],
    ] as const) {
      await holds(personal, folder, messageIdOf(role), 1);
      await holds(personal, 'INBOX', messageIdOf(role), 0);
    }
    const raw = await onServer(personal);
    const drafts = await until(async () => {
      const found = (await raw.messages('Drafts')).filter(({ bytes }) => bytes.includes(draftSubject));
      return found.length > 0 ? found : undefined;
    }, 'the draft on the server');
    expect(drafts).toHaveLength(1);
    const everywhere: string[] = [];
    for (const { path, attributes } of await raw.folders())
      if (!attributes.some((attribute) => /noselect/i.test(attribute)))
        everywhere.push(...(await raw.messages(path)).map(({ messageId }) => messageId));
    await raw.close();
    for (const role of ['answered', 'archived', 'marked', 'starred', 'moved', 'deleted', 'filed'] as const)
      expect(
        everywhere.filter((id) => id === messageIdOf(role)),
        role,
      ).toHaveLength(1);

    await soon(() => world.submission.taken.length).toBe(2);
    const other = await onServer(work);
    const replies = await until(async () => {
      const found = (await other.messages('INBOX')).filter(({ bytes }) =>
        bytes.includes(`Re: ${subjectOf('answered')}`),
      );
      return found.length >= 2 ? found : undefined;
    }, 'both replies in the other account');
    await other.close();
    expect(replies).toHaveLength(2);
    expect(replies.filter(({ bytes }) => bytes.includes('tide-table.csv'))).toHaveLength(1);
    expect(replies.filter(({ bytes }) => bytes.includes('best before five'))).toHaveLength(1);
    expect(replies.every(({ bytes }) => bytes.includes(`In-Reply-To: ${messageIdOf('answered')}`))).toBe(
      true,
    );
  });

  step('has nothing that keyboard and screen reader would stumble over', () => {
    expect(faults).toEqual([]);
    return Promise.resolve();
  });
});
