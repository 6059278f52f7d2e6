import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { calls, focusedRole, pictures, rows, useFakeWindow } from './fake-window.ts';
import { axeInBothThemes } from './screen-checks.ts';

const open = useFakeWindow();
async function properties(page: Page): Promise<void> {
  await page.getByRole('treeitem', { name: 'Receipts' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Properties…' }).click();
  await page.getByRole('dialog', { name: 'Properties of “Receipts”' }).waitFor();
}

describe('menus', () => {
  test('the right button acts on the row it is over, and the focus is not lost with the row', async () => {
    const page = await open();
    const id = await rows(page).nth(2).getAttribute('data-id');
    await rows(page).nth(2).click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Archive/ }).click();
    await expect.poll(() => calls(page, 'message.archive')).toHaveLength(1);
    const [{ messageIds }] = (await calls(page, 'message.archive')) as [{ messageIds: string[] }];
    expect(messageIds).toContain(id);
    await expect.poll(() => focusedRole(page)).toBe('row');
  });

  test.each(['Shift+F10', 'ContextMenu'])('%s opens it, Escape gives the row back', async (key) => {
    const page = await open();
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press(key);
    await page.getByRole('menu', { name: 'What to do with it' }).waitFor();
    await expect.poll(() => focusedRole(page)).toMatch(/menu/);
    expect(await axeInBothThemes(page, 'menu of a row')).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => focusedRole(page)).toBe('row');
  });

  test('the palette has nothing to do to a message where there is none', async () => {
    const page = await open({ messages: 0 });
    await page.getByText('Nothing left here').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'Settings' }).waitFor();
    expect(await page.getByRole('option', { name: /^(?:Archive|Delete|Reply|Star|Print)\b/ }).count()).toBe(
      0,
    );
  });

  test('settings open on their first page, whichever was left', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await page.keyboard.press('Control+,');
    await page
      .getByRole('navigation', { name: 'Parts of the settings' })
      .getByRole('button', { name: 'Noordlicht' })
      .click();
    await page.getByRole('heading', { name: 'Servers' }).waitFor();
    await page.keyboard.press('Escape');
    await rows(page).first().waitFor();
    await page.keyboard.press('Control+,');
    await page.getByRole('heading', { name: 'General', level: 2 }).waitFor();
  });
});

describe('reader and composer', () => {
  test('a picture that is held back is a box with its words, and goes when the picture comes', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).first().click();
    const box = page.frameLocator('iframe.mail-frame').locator('.held-picture');
    await box.getByText('Ice on the lock').waitFor();
    expect(await box.evaluate((element) => element.getBoundingClientRect().width)).toBe(520);
  });

  test('answering all opens Cc but no empty Bcc line', async () => {
    const page = await open();
    await rows(page).nth(1).click();
    await page.keyboard.press('a');
    await page.locator('#compose-cc').waitFor();
    expect(await page.locator('#compose-bcc').count()).toBe(0);
    await page.getByRole('button', { name: 'Bcc', exact: true }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('compose-bcc');
  });
});

describe('what became of a mail', () => {
  test('a mail that came back says of which it speaks, and leads there and back', async () => {
    const page = await open();
    await rows(page).filter({ hasText: 'Not delivered' }).first().click();
    const note = page.getByRole('region', { name: 'Not delivered' });
    await note
      .getByText('Could not be delivered to p.okafor@example.net, because there is no such mailbox.')
      .waitFor();
    await note.getByText(/^About your message “No\. 212/).waitFor();
    expect(await note.getByText('550 5.1.1 User unknown').isVisible()).toBe(false);
    await note.getByText('The server’s own words').click();
    await note.getByText('550 5.1.1 User unknown').waitFor();
    expect(await axeInBothThemes(page, 'a mail that came back')).toEqual([]);
    await page.screenshot({ path: `${pictures}/report.png` });
    await note.getByRole('button', { name: 'Show the mail you sent' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#subject', { hasText: 'No. 212' }).waitFor();
    await page.getByRole('note').filter({ hasText: 'Was delivered to ann.lee@example.net.' }).waitFor();
    expect(await axeInBothThemes(page, 'a mail that was reported about')).toEqual([]);
    await page.screenshot({ path: `${pictures}/reported.png` });
    // The row under the cursor is another one: what is read is what is meant.
    const [{ messageId }] = (await calls(page, 'message.reportsFor')) as [{ messageId: string }];
    await page.getByRole('toolbar', { name: 'Message' }).getByRole('button', { name: 'Archive' }).click();
    await expect.poll(() => calls(page, 'message.archive')).toEqual([{ messageIds: [messageId] }]);
  });

  test('a delivery report is asked for by the composer’s menu, and that is said until it is taken back', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await page.keyboard.press('c');
    const composer = page.locator('.composer');
    await composer.locator('#compose-to').fill('ann.lee@example.net,');
    await composer.locator('#compose-subject').fill('Agenda');
    const more = composer.getByRole('button', { name: 'More' });
    const wish = page.getByRole('menuitemcheckbox', { name: 'Ask for a delivery report' });
    for (const [checked, dsn] of [
      ['false', 'delivery'],
      ['true', 'failure'],
      ['false', 'delivery'],
    ] as const) {
      await more.focus();
      await page.keyboard.press('Enter');
      expect(await wish.getAttribute('aria-checked')).toBe(checked);
      await wish.press('Enter');
      await wish.waitFor({ state: 'detached' });
      expect(await page.getByText('Servers on the way are asked').count()).toBe(dsn === 'delivery' ? 1 : 0);
    }
    expect(await axeInBothThemes(page, 'a delivery report is wanted')).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(async () => ((await calls(page, 'message.send')) as { dsn: string }[]).map(({ dsn }) => dsn))
      .toEqual(['delivery']);
  });
});

describe('folders and the way offline', () => {
  test('properties say what is here, take a rule of its own, and share the folder', async () => {
    const page = await open();
    await properties(page);
    const dialog = page.getByRole('dialog', { name: 'Properties of “Receipts”' });
    await dialog.getByText('30 of 412 messages, back to Mar 2024').waitFor();
    await dialog.getByText('1.9 GB of 2.0 GB').waitFor();
    expect(await axeInBothThemes(page, 'properties of a folder')).toEqual([]);
    await page.screenshot({ path: `${pictures}/folder-properties.png` });
    await dialog.locator('button[aria-label^="Fetch ahead"]').click();
    await page.getByRole('option', { name: 'by a rule of its own' }).click();
    await dialog.getByText('Keep texts of').waitFor();
    expect(await calls(page, 'folder.update')).toEqual([
      { folderId: 'personal/Receipts', policy: { bodies: { days: 30, maxBytes: 200_000 } } },
    ]);
    await dialog.getByRole('textbox', { name: 'Name of the person or group' }).fill('sofia');
    await dialog.getByRole('combobox', { name: 'What sofia may do' }).selectOption('read and mark');
    await dialog.getByRole('button', { name: 'Share' }).click();
    await dialog.getByRole('button', { name: 'Stop sharing with sofia' }).click();
    await expect.poll(() => dialog.getByText('sofia').count()).toBe(0);
    expect(await calls(page, 'acl.set')).toEqual([
      { folderId: 'personal/Receipts', identifier: 'sofia', rights: 'lrsw' },
    ]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('preparing to go offline says what is missing, and ready only when it is', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('prepare');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Prepare to go offline' });
    await dialog.getByText('312 messages are still to be fetched (28.1 MB).').waitFor();
    expect(await dialog.getByText('Ready.').count()).toBe(0);
    expect(await axeInBothThemes(page, 'prepare to go offline')).toEqual([]);
    await dialog.getByRole('button', { name: 'Fetch them now' }).click();
    await dialog.getByText('Ready. Everything you chose can be read without a network.').waitFor();
    await page.screenshot({ path: `${pictures}/prepare-offline.png` });
  });

  test('another way to keep mail is changed only after what it means and what waits was said', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await page.keyboard.press('Control+,');
    await page
      .getByRole('navigation', { name: 'Parts of the settings' })
      .getByRole('button', { name: 'Noordlicht' })
      .click();
    const modes = page.getByRole('radiogroup', { name: 'Where the mail lives' });
    await modes.getByRole('radio', { checked: true }).focus();
    await page.keyboard.press('ArrowUp');
    // Arrows only look: what is chosen is asked about, and nobody asks in passing.
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Noordlicht: Take home?' });
    await dialog.getByText('2 changes have not gone to the server yet.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Change it', exact: true }).count()).toBe(0);
    await dialog.getByRole('combobox').selectOption('kept for 14 more days');
    expect(await axeInBothThemes(page, 'another way to keep mail')).toEqual([]);
    await page.screenshot({ path: `${pictures}/mode-dialog.png` });
    await dialog.getByRole('button', { name: 'Send what waits, then change it' }).click();
    await expect
      .poll(() => calls(page, 'account.setMode'))
      .toEqual([
        {
          accountId: 'work',
          mode: 'offline',
          pending: 'send-first',
          leaveOnServer: { kind: 'days', days: 14 },
        },
      ]);
  });
});
