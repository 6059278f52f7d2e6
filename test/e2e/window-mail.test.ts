import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { MessageTrust } from '../../src-shared/ipc/areas/trust.ts';
import { calls, focusedRole, rows, useFakeWindow } from './fake-window.ts';

const open = useFakeWindow();
const focusedName = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);

describe('list', () => {
  test('tells its true size and place, and the last of 1,000,000 rows can be reached', async () => {
    const page = await open({ accounts: 1, messages: 1_000_000 });
    await rows(page).first().waitFor();
    await expect.poll(() => page.locator('[role=grid]').getAttribute('aria-rowcount')).toBe('1000000');
    await rows(page).first().click();
    await page.keyboard.press('End');
    await page.locator('[role=row][aria-rowindex="1000000"]:not(.skeleton)').waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex')))
      .toBe('1000000');
    const box = await page.locator('[role=row][aria-rowindex="1000000"]').boundingBox();
    const pane = await page.locator('.list-scroll').boundingBox();
    expect(Math.round((box?.y ?? 0) + (box?.height ?? 0))).toBe(
      Math.round((pane?.y ?? 0) + (pane?.height ?? 0)),
    );
    await page.keyboard.press('k');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex')))
      .toBe('999999');
  });

  test('scrolls from wheel to wheel without a gap in the middle of 1,000,000 rows', async () => {
    const page = await open({ accounts: 1, messages: 1_000_000 });
    await rows(page).first().waitFor();
    await page.locator('.list-scroll').evaluate((element) => {
      element.scrollTop = 8_000_000;
    });
    await rows(page).first().waitFor();
    const indexes = (): Promise<number[]> =>
      page
        .locator('[role=row]')
        .evaluateAll((all) => all.map((row) => Number(row.getAttribute('aria-rowindex'))));
    await expect.poll(async () => (await indexes())[0] ?? 0).toBeGreaterThan(400_000);
    const before = (await indexes())[0] ?? 0;
    await page.locator('.list-scroll').hover();
    await page.mouse.wheel(0, 640);
    await expect.poll(async () => (await indexes())[0]).toBe(before + 10);
    const shown = await indexes();
    expect(shown.every((index, at) => at === 0 || index === (shown[at - 1] ?? 0) + 1)).toBe(true);
  });

  test('keeps the row under the eye in its place while mail arrives above it', async () => {
    const page = await open({ accounts: 1, messages: 5000 });
    await rows(page).first().waitFor();
    await page.locator('.list-scroll').evaluate((element) => {
      element.scrollTop = 64_020;
    });
    const row = page.locator('[role=row][aria-rowindex="1004"]:not(.skeleton)');
    await row.waitFor();
    const id = await row.getAttribute('data-id');
    const before = await row.boundingBox();
    await page.evaluate(() => {
      for (let turn = 0; turn < 5; turn += 1) window.fakeMain.store.arrive('personal/INBOX', 7);
    });
    const same = page.locator(`[role=row][data-id="${id}"]`);
    await expect.poll(() => same.getAttribute('aria-rowindex')).toBe('1039');
    expect((await same.boundingBox())?.y).toBe(before?.y);
  });

  test('shows mail that arrives at once when it stands at the top', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).first().waitFor();
    const before = await rows(page).first().getAttribute('data-id');
    await page.evaluate(() => window.fakeMain.store.arrive('personal/INBOX', 1));
    await expect.poll(() => rows(page).first().getAttribute('data-id')).not.toBe(before);
    await expect.poll(() => page.locator('[role=grid]').getAttribute('aria-rowcount')).toBe('51');
  });

  test('archives in the same frame, gives the focus to the next row, and takes it back with z', async () => {
    const page = await open({ accounts: 1, messages: 200, storeDelay: 150 });
    await rows(page).first().waitFor();
    await rows(page).nth(1).click();
    const id = await rows(page).nth(1).getAttribute('data-id');
    const next = await rows(page).nth(2).getAttribute('aria-label');
    await page.keyboard.press('e');
    expect(await page.locator(`[role=row][data-id="${id}"]`).count()).toBe(0);
    await expect.poll(() => focusedName(page)).toBe(next);
    await page.locator('.toast [role=status]', { hasText: 'Archived' }).waitFor();
    expect(await calls(page, 'message.archive')).toEqual([{ messageIds: [id] }]);
    await page.keyboard.press('z');
    await page.locator(`[role=row][data-id="${id}"]`).waitFor();
  });

  test('a refused action is told in words and the row comes back', async () => {
    const page = await open({ accounts: 1, messages: 20 });
    await rows(page).first().waitFor();
    const id = await rows(page).first().getAttribute('data-id');
    await page.evaluate(() =>
      window.fakeMain.refusals.set('message.delete', {
        code: 'refused',
        scope: 'message',
        next: 'tell-user',
        detail: 'The disk is full; the message was left where it is.',
      }),
    );
    await rows(page).first().click();
    await page.keyboard.press('#');
    await page.locator('.toast [role=alert]', { hasText: 'The disk is full' }).waitFor();
    await page.locator(`[role=row][data-id="${id}"]`).waitFor();
  });

  test('an action on a conversation reaches each of its messages in view', async () => {
    const page = await open({ accounts: 1, messages: 20 });
    await rows(page).first().waitFor();
    await rows(page).first().click();
    await page.keyboard.press('e');
    await expect.poll(async () => (await calls(page, 'message.archive')).length).toBe(1);
    const [given] = (await calls(page, 'message.archive')) as { messageIds: string[] }[];
    expect(given?.messageIds).toHaveLength(3);
  });

  test('picks by mouse, range and keyboard, and all of 100,000', async () => {
    const page = await open({ accounts: 1, messages: 100_000 });
    await rows(page).first().waitFor();
    await rows(page).nth(1).click();
    await rows(page)
      .nth(4)
      .click({ modifiers: ['Shift'] });
    await page.getByRole('heading', { name: '4 selected' }).waitFor();
    await rows(page)
      .nth(2)
      .click({ modifiers: ['Control'] });
    await page.getByRole('heading', { name: '3 selected' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByRole('heading', { name: '2 selected' }).waitFor();
    await page.keyboard.press('Control+a');
    await page.getByRole('heading', { name: '100,000 selected' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'All inboxes' }).waitFor();
  });

  test('names a row as sight says it', async () => {
    const page = await open({ messages: 2000 });
    await rows(page).first().waitFor();
    expect(await rows(page).nth(1).getAttribute('aria-label')).toMatch(
      /^starred, Sofía Marín, Fotos de la excursión \(66\), .+, Rowing club account, has attachment$/,
    );
  });
});

describe('reader', () => {
  test('j and k read on, Enter goes into the message, Escape comes back', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    const first = await page.locator('#subject').textContent();
    await page.keyboard.press('j');
    await expect.poll(() => page.locator('#subject').textContent()).not.toBe(first);
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.classList.contains('reader-scroll')))
      .toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => focusedRole(page)).toBe('row');
  });

  test('folds the conversation, shows no images before they are asked for, and asks about a link that lies', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).first().waitFor();
    await rows(page).first().click();
    await page.locator('.stage:not([inert])').getByText('3 messages').waitFor();
    expect(await page.locator('.stage:not([inert]) .earlier li').count()).toBe(2);
    const frame = page.frameLocator('iframe.mail-frame');
    await frame.getByText('Ice on the locks').waitFor();
    expect(await page.locator('iframe.mail-frame').getAttribute('sandbox')).toBe('allow-same-origin');
    await page.getByRole('button', { name: 'Show once' }).click();
    await expect.poll(async () => (await calls(page, 'message.loadRemote')).length).toBe(1);
    await frame.getByRole('link', { name: 'www.canal.example' }).click();
    await page
      .getByRole('dialog', { name: 'This link goes somewhere else' })
      .getByText('evil.test', { exact: true })
      .waitFor();
    await page.getByRole('button', { name: 'Do not open' }).click();
    expect(await calls(page, 'app.openLink')).toEqual([]);
    await frame.getByRole('link', { name: 'he has never once been wrong' }).click();
    await expect.poll(() => calls(page, 'app.openLink')).toEqual([{ url: 'https://canal.example/ice' }]);
  });

  test('checks a signature when somebody asks for it, or always when that is set', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    const row = rows(page).filter({ hasText: 'Lunch?' }).first();
    await row.waitFor();
    const id = (await row.getAttribute('data-id')) ?? '';
    const unknown: Partial<MessageTrust> = {
      verdict: 'unchecked',
      sentence: 'Could not be checked',
      reason: 'Your mail server left no word.',
      checkedBy: null,
      results: [],
      canCheck: true,
    };
    const forget = (): Promise<void> =>
      page.evaluate(([key, value]) => void window.fakeMain.trusts.set(key, value), [id, unknown] as const);
    await forget();
    await row.click();
    const stage = page.locator('.stage:not([inert])');
    await stage.getByRole('button', { name: /^Could not be checked/ }).click();
    const panel = stage.getByRole('region', { name: 'Who sent this' });
    await panel.getByText('can see that somebody asked', { exact: false }).waitFor();
    expect(await calls(page, 'message.checkSender')).toEqual([]);
    await panel.getByRole('button', { name: 'Check the signature' }).press('Enter');
    const mark = stage.getByRole('button', { name: /^Really from/ });
    await mark.waitFor();
    await panel.getByText('signature (DKIM) of', { exact: false }).waitFor();
    // The button is gone; the keyboard goes on at the answer.
    await expect.poll(() => mark.evaluate((element) => element === document.activeElement)).toBe(true);

    await forget();
    await page.keyboard.press('Control+,');
    await page.getByRole('switch', { name: 'Check signatures of senders' }).click();
    await page.keyboard.press('Escape');
    await rows(page).filter({ hasNotText: 'Lunch?' }).first().click();
    await row.click();
    await expect.poll(async () => (await calls(page, 'message.checkSender')).length).toBe(2);
    await mark.waitFor();
  });

  test('says who sent a message, and leaves its list only after asking', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).first().waitFor();
    await rows(page).first().click();
    const mark = page.getByRole('button', { name: /^Really from/ });
    await mark.focus();
    await page.keyboard.press('Enter');
    expect(await mark.getAttribute('aria-expanded')).toBe('true');
    const panel = page.getByRole('region', { name: 'Who sent this' });
    await panel.getByText('signature (DKIM) of', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    const question = page.getByRole('dialog', { name: 'Leave this mailing list?' });
    await question.getByRole('button', { name: 'Stay on the list' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await calls(page, 'message.unsubscribe')).toEqual([]);
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await question.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByText('was told to send you no more').waitFor();
    expect(await calls(page, 'message.unsubscribe')).toHaveLength(1);
    // A sender who cannot be imitated may be trusted with pictures, and no longer.
    await page.getByRole('button', { name: 'Always for this sender' }).click();
    await expect.poll(async () => (await calls(page, 'message.loadRemote')).length).toBe(1);
    await page.getByRole('button', { name: 'No longer' }).click();
    await page.getByRole('button', { name: 'Show once' }).waitFor();
    expect((await calls(page, 'settings.set')).at(-1)).toEqual({ settings: { remoteImagesFrom: [] } });
  });

  test('says that a message cannot be read without network, and reads it once there is one', async () => {
    const page = await open({ offline: true, accounts: 1, messages: 50 });
    await rows(page).first().waitFor();
    await page.locator('[role=row].is-away').first().click();
    await page.getByText('This message cannot be read without network').waitFor();
    await page.evaluate(() => window.fakeMain.setOnline(true));
    await page.locator('iframe.mail-frame').waitFor();
  });
});

describe('window', () => {
  test('search says how much it looked at, and Escape gives the list back', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('proof');
    await page.getByText('Searched 12,431 of 80,200 messages here').waitFor();
    await page.locator('mark').first().waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => focusedRole(page)).toBe('row');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'All inboxes' }).waitFor();
  });

  test('the status line is true, and the panel lets a change be taken back', async () => {
    const page = await open({ offline: true, waiting: true });
    await page
      .getByRole('button', { name: /Working without network since \d\d:\d\d, 4 changes waiting/ })
      .click();
    const panel = page.getByRole('dialog', { name: 'Changes waiting' });
    expect(await panel.locator('h3').first().textContent()).toBe('Keep “Scan of the lease” in Sent');
    await panel.getByText('a47 NO [OVERQUOTA] Quota exceeded').waitFor();
    await panel.getByRole('button', { name: 'Take back' }).last().click();
    await expect.poll(() => calls(page, 'journal.cancel')).toEqual([{ opId: 'w3' }]);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  test('palette, keys, moving to a folder, going to a place: all by keyboard', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await rows(page).first().click();
    await page.keyboard.press('m');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('proj');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await calls(page, 'message.move')).length).toBe(1);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('receipts');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Receipts', level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.getByRole('heading', { name: 'All inboxes', level: 1 }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
  });

  test('F6 goes through the panes', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await rows(page).first().click();
    const panes: (string | undefined)[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await page.keyboard.press('F6');
      panes.push(
        await page.evaluate(
          () => document.activeElement?.closest<HTMLElement>('[data-pane]')?.dataset['pane'],
        ),
      );
    }
    expect(panes).toEqual(['reader', 'status', 'bar', 'folders', 'list']);
  });

  test('below 900 px list and reader take turns', async () => {
    const page = await open({}, { viewport: { width: 640, height: 800 } });
    await rows(page).first().waitFor();
    expect(await page.locator('.reader').isVisible()).toBe(false);
    await rows(page).first().click();
    await page.locator('.reader').waitFor();
    expect(await page.locator('[data-pane=list]').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await page.locator('[data-pane=list]').waitFor();
  });
});
