import { describe, expect, test } from 'vitest';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import type { MessageTrust } from '../../src-shared/ipc/areas/trust.ts';
import { printedPages } from '../harness/printed-pages.ts';
import { catchPrinting, caughtPrint, endPrint } from './caught-print.ts';
import { calls, pictures, rows, useFakeWindow } from './fake-window.ts';

const open = useFakeWindow();

describe('reading a message', () => {
  test('finds words in it, also folded ones, shows each in turn, and gives the focus back', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).filter({ hasText: 'Lunch?' }).first().click();
    const frame = page.locator('iframe.mail-frame').last();
    await frame.waitFor();
    await frame.contentFrame().getByText('the third proof is').waitFor();
    await page.keyboard.press('Control+f');
    const field = page.getByRole('textbox', { name: 'Find in this message' });
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    await field.fill('THIRD  proof');
    const told = page.locator('.find-count');
    await expect.poll(() => told.textContent()).toMatch(/^1 of [2-9]/);
    const marked = (name: string): Promise<string[]> =>
      frame.evaluate((element: HTMLIFrameElement, wanted) => {
        const view = element.contentWindow as (Window & typeof globalThis) | null;
        return [...(view?.CSS.highlights.get(wanted) ?? [])].map(String);
      }, name);
    expect((await marked('posthorn-found')).every((words) => words === 'third proof')).toBe(true);
    expect(await marked('posthorn-found-now')).toEqual(['third proof']);
    await page.screenshot({ path: `${pictures}/find.png` });
    await page.keyboard.press('Shift+Enter');
    await expect.poll(() => frame.contentFrame().locator('details[open]').count()).toBe(1);
    await expect.poll(() => told.textContent()).toMatch(/^(\d) of \1$/);
    await field.fill('no such words');
    await expect.poll(() => told.textContent()).toBe('Not found');
    await page.keyboard.press('Escape');
    expect(await field.count()).toBe(0);
    expect(await marked('posthorn-found')).toEqual([]);
  });

  test('is larger and smaller by key, and stays so for the next', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).filter({ hasText: 'Lunch?' }).first().click();
    const frame = page.locator('iframe.mail-frame').last();
    await frame.contentFrame().getByText('the third proof is').waitFor();
    const height = async (): Promise<number> => (await frame.boundingBox())?.height ?? 0;
    const before = await height();
    for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press('Control+=');
    await expect.poll(height).toBeGreaterThan(before * 1.3);
    expect((await calls(page, 'settings.set')).at(-1)).toEqual({ settings: { messageZoom: 1.5 } });
    await page.screenshot({ path: `${pictures}/zoom.png` });
    await rows(page).filter({ hasText: 'Klucze' }).first().click();
    await expect
      .poll(() =>
        page
          .locator('iframe.mail-frame')
          .last()
          .evaluate((element: HTMLIFrameElement) =>
            element.contentDocument?.documentElement.computedStyleMap().get('--zoom')?.toString(),
          ),
      )
      .toBe('1.5');
    await page.keyboard.press('Control+0');
    await expect
      .poll(async () => (await calls(page, 'settings.set')).at(-1))
      .toEqual({ settings: { messageZoom: 1 } });
  });

  test('copies as quoted text and saves the message as it is', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await rows(page).filter({ hasText: 'Lunch?' }).first().click();
    await page.locator('iframe.mail-frame').last().contentFrame().getByText('the third proof is').waitFor();
    await page.getByRole('toolbar', { name: 'Message' }).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy as quoted text' }).click();
    await page.locator('.toast', { hasText: 'Copied as quoted text' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/wrote:\n> Good afternoon Ina,\n>\n> the third proof/);
    expect(copied).toContain('\n>> Lovely.');
    await page.keyboard.press('Control+s');
    await expect.poll(() => calls(page, 'message.save')).toHaveLength(1);
  });

  test('says which files are not here yet, and shows them as they are once the rest has come', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    const row = rows(page).filter({ hasText: 'Lunch?' }).first();
    await row.waitFor();
    const id = (await row.getAttribute('data-id')) ?? '';
    const file: FullMessage['attachments'][number] = {
      partId: '2',
      filename: 'Proofs.zip',
      contentType: 'application/zip',
      size: 24_000_000,
      disposition: 'attachment',
      contentId: null,
      embedded: false,
    };
    const sentence = '1 file of this message is not here yet. It is being fetched in the background.';
    const partly: Partial<FullMessage> = {
      whole: false,
      missing: { files: 1, bytes: 24_000_000, follows: true, sentence },
      attachments: [{ ...file, here: false }],
    };
    await page.evaluate(([key, value]) => window.fakeMain.mails.set(key, value), [id, partly] as const);
    await row.click();
    const attached = page.getByRole('region', { name: 'Attachments' });
    await attached.getByText(sentence).waitFor();
    await attached.getByText('Archive · 24.0 MB · not here yet').waitFor();
    expect(await attached.locator('.file').getAttribute('draggable')).not.toBe('true');
    await page.locator('iframe.mail-frame').last().contentFrame().getByText('the third proof is').waitFor();
    await page.screenshot({ path: `${pictures}/text-first.png` });
    const whole: Partial<FullMessage> = { attachments: [file] };
    await page.evaluate(([key, value]) => window.fakeMain.mails.set(key, value), [id, whole] as const);
    await page.evaluate((key) => window.fakeMain.store.setFlags([key], ['\\Flagged'], [], false), id);
    await attached.getByText('Archive · 24.0 MB', { exact: true }).waitFor();
    expect(await attached.getByText(sentence).count()).toBe(0);
  });

  test('prints what is unfolded as a document of its own: whole heads, open quotes, all of the text, black on white', async () => {
    const page = await open({ accounts: 1, messages: 50 }, { colorScheme: 'dark' });
    await catchPrinting(page);
    const row = rows(page).filter({ hasText: 'Lunch?' }).first();
    await row.waitFor();
    const id = (await row.getAttribute('data-id')) ?? '';
    const to = Array.from({ length: 60 }, (_, at) => ({
      name: `Guest ${at + 1}`,
      address: `guest.${at + 1}.x@example.org`,
    }));
    const lines = Array.from({ length: 200 }, (_, at) => `This is line-${at + 1}-of-it.`);
    const mail: Partial<FullMessage> = {
      to,
      text: `${lines.join('\n')}\n\nOn Wednesday Ina Verhoeven wrote:\n> quoted-one\n> quoted-two\n> quoted-three\n> quoted-four`,
    };
    await page.evaluate(([key, value]) => window.fakeMain.mails.set(key, value), [id, mail] as const);
    const trust: Partial<MessageTrust> = {
      verdict: 'failed',
      sentence: 'Claims to be from okafor.example, but is not proven to be',
      reason: 'Do not trust what it asks for.',
      warnings: [
        { code: 'several-senders', detail: 'This message names several senders.' },
        { code: 'look-alike-domain', detail: 'okafor.example looks like okaf0r.example.' },
      ],
    };
    await page.evaluate(([key, value]) => window.fakeMain.trusts.set(key, value), [id, trust] as const);
    await row.click();
    await page.locator('iframe.mail-frame').last().contentFrame().getByText('line-1-of-it').waitFor();
    await page.keyboard.press('Control+p');
    const frame = await caughtPrint(page);
    const papers = await printedPages(page);
    expect(papers.length).toBeGreaterThan(3);
    const text = papers.map((paper) => paper.text).join('');
    const squeezed = text.replace(/\s/g, '');
    for (const word of [
      ...to.map(({ name, address }) => `${name}<${address}>`),
      'ChidiOkafor<chidi@okafor.example>',
      ...lines,
      'quoted-one',
      'quoted-four',
      `${trust.sentence}. ${trust.reason}`,
      ...(trust.warnings ?? []).map(({ detail }) => detail),
    ])
      expect(squeezed.split(word.replace(/\s/g, '')), word).toHaveLength(2);
    expect(text).toMatch(/\d{4} at \d\d:\d\d\s+(?:UTC|GMT|[A-Z]{3,4})/);
    expect(text).not.toContain('Show quoted text');
    const looks = await frame.evaluate((made: HTMLIFrameElement) => {
      const inner = made.contentDocument;
      const mailText = inner?.querySelector('.sheet')?.shadowRoot?.querySelector('p');
      const style = (element: Element | null | undefined): CSSStyleDeclaration | undefined =>
        element == null ? undefined : made.contentWindow?.getComputedStyle(element);
      return {
        sandbox: made.getAttribute('sandbox'),
        paper: style(inner?.documentElement)?.backgroundColor,
        ink: [style(inner?.querySelector('h1'))?.color, style(mailText)?.color],
      };
    });
    expect(looks).toEqual({
      sandbox: 'allow-same-origin allow-modals',
      paper: 'rgb(255, 255, 255)',
      ink: ['rgb(0, 0, 0)', 'rgb(0, 0, 0)'],
    });
    await endPrint(page);
  });

  test('prints from the menu each unfolded message, as its reader chose to see it, with the names of its files', async () => {
    const page = await open({ accounts: 1, messages: 50, conversation: 4 });
    await catchPrinting(page);
    const row = rows(page).first();
    await row.waitFor();
    const id = (await row.getAttribute('data-id')) ?? '';
    const mail: Partial<FullMessage> = {
      text: 'The plain words.',
      html: '<div class="mail-body"><p>The set words.</p><img data-remote-src="https://out.example/x.png" alt="Held back"></div>',
      sections: [],
      remoteImages: { count: 3, hosts: ['out.example'], trackers: [] },
      defects: [{ code: 'encoding-broken', detail: 'A part ends too soon.' }],
      attachments: [
        {
          partId: '2',
          filename: 'Third proof, with a long name that no card would show whole.pdf',
          contentType: 'application/pdf',
          size: 214_000,
          disposition: 'attachment',
          contentId: null,
          embedded: false,
        },
      ],
    };
    await page.evaluate(([key, value]) => window.fakeMain.mails.set(key, value), [id, mail] as const);
    await row.click();
    await page.getByRole('button', { name: 'Unfold all' }).click();
    const messages = await page.locator('[data-message]').count();
    expect(messages).toBeGreaterThan(2);
    const print = async (): Promise<string> => {
      await page.getByRole('toolbar', { name: 'Message' }).getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Print or save as PDF…' }).click();
      await caughtPrint(page);
      const text = (await printedPages(page)).map((paper) => paper.text).join(' ');
      await endPrint(page);
      return text;
    };
    const text = await print();
    expect(text.match(/\bFrom\b/g)).toHaveLength(messages);
    expect(text).toContain('The set words.');
    expect(text).toContain('Held back');
    expect(text.replace(/\s+/g, ' ')).toContain('no card would show whole.pdf (214 KB)');
    expect(text.replace(/\s+/g, ' ')).toContain('This message arrived damaged. A part ends too soon.');
    expect(text.replace(/\s+/g, ' ')).toContain('Images from outside are not shown (3 addresses).');
    await page.locator(`[data-message="${id}"]`).getByRole('button', { name: 'Show as plain text' }).click();
    const again = await print();
    expect(again).toContain('The plain words.');
    expect(again).not.toContain('The set words.');
    expect(again).not.toContain('(3 addresses)');
  });

  test('prints the plain words of a mail whose HTML shows nothing', async () => {
    const page = await open({ accounts: 1, messages: 50, conversation: 1 });
    await catchPrinting(page);
    const row = rows(page).first();
    await row.waitFor();
    const id = (await row.getAttribute('data-id')) ?? '';
    const mail: Partial<FullMessage> = { text: 'The plain words.', html: '<div class="mail-body"></div>' };
    await page.evaluate(([key, value]) => window.fakeMain.mails.set(key, value), [id, mail] as const);
    await row.click();
    await page.keyboard.press('Control+p');
    await caughtPrint(page);
    expect((await printedPages(page)).map((paper) => paper.text).join(' ')).toContain('The plain words.');
    await endPrint(page);
  });

  test('of a whole folder: export is offered in its menu, and says how far it is and how it ended', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await page.getByRole('treeitem', { name: /^Archive/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export “Archive”' });
    await dialog.getByRole('radio', { name: /Maildir/ }).click();
    await page.screenshot({ path: `${pictures}/export-ask.png` });
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('1,240 of 8,020').waitFor();
    expect(await calls(page, 'transfer.exportTo')).toMatchObject([{ format: 'maildir' }]);
    await page.screenshot({ path: `${pictures}/export-runs.png` });
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByText('The export was cancelled').waitFor();
  });
});
