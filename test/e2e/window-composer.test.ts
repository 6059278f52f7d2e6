import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WindowHarness } from '../fakes/fake-main/window-harness.ts';
import { axeFindings } from '../fakes/window-parts/open-part.ts';

const shots = process.env['POSTHORN_SHOTS'] ?? 'test-artefacts/window';
let harness: WindowHarness;

interface Sent {
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  text: string;
  html: string | null;
  inReplyTo?: string;
  forwardOf?: string;
  draftId?: string;
  attachments: Record<string, unknown>[];
  undoSeconds?: number;
  sendAt?: string;
  accountId: string;
}

async function asked(page: Page, method: string): Promise<Sent[]> {
  return await page.evaluate(
    (name) =>
      window.fakeMain.calls.filter((call) => call.method === name).map((call) => call.params as never),
    method,
  );
}

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
  expect(await axeFindings(page)).toEqual([]);
}

async function openWindow(
  settings: Record<string, unknown> = {},
  options: Parameters<WindowHarness['open']>[1] = {},
) {
  const opened = await harness.open({ settings }, { reducedMotion: 'reduce', ...options });
  await opened.page.getByRole('row').first().waitFor();
  return opened;
}

beforeAll(async () => {
  harness = await WindowHarness.start();
});
afterAll(async () => {
  await harness.stop();
});

describe('writing in the window', () => {
  it('forwards the pictures of the text with the other files', async () => {
    const { page, context, problems } = await openWindow();
    const row = page.getByRole('row').nth(1);
    await row.click();
    await page.evaluate(
      (id) => {
        const file = {
          partId: '2',
          size: 900,
          disposition: 'inline',
          embedded: false,
          contentId: 'a@x',
        } as const;
        window.fakeMain.mails.set(id, {
          html: '<p>Look: <img data-cid="a@x"></p>',
          attachments: [
            { ...file, filename: 'harbour.png', contentType: 'image/png', embedded: true },
            { ...file, partId: '3', contentId: null, filename: 'Plan.pdf', contentType: 'application/pdf' },
          ],
        });
      },
      (await row.getAttribute('data-id')) ?? '',
    );
    await page.keyboard.press('f');
    const composer = page.locator('.composer');
    await composer.getByText('harbour.png').waitFor();
    await composer.getByText('Plan.pdf').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it('keeps the focus in a composer that was opened while the one before it was closing', async () => {
    const { page, context, problems } = await openWindow();
    const composer = page.locator('.composer');
    const focused = (): Promise<boolean> =>
      page.evaluate(() => document.activeElement?.closest('.composer') != null);
    // What waits for the next picture waits until it is let go.
    await page.evaluate(() => {
      const held: FrameRequestCallback[] = [];
      const asIs = window.requestAnimationFrame;
      Object.assign(window, {
        requestAnimationFrame: (call: FrameRequestCallback) => held.push(call),
        letGo: () => {
          window.requestAnimationFrame = asIs;
          for (const call of held) call(performance.now());
        },
      });
    });
    await page.keyboard.press('c');
    await expect.poll(focused).toBe(true);
    await page.keyboard.press('Escape');
    await composer.waitFor({ state: 'hidden' });
    await page.keyboard.press('c');
    await expect.poll(focused).toBe(true);
    await page.evaluate(() => (window as unknown as { letGo(): void }).letGo());
    expect(await focused()).toBe(true);
    await page.keyboard.press('Escape');
    await composer.waitFor({ state: 'hidden' });
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest('[role=grid]') != null))
      .toBe(true);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('writes, completes an address, attaches, keeps and sends by keyboard, and takes it back', async () => {
    const { page, context, problems } = await openWindow();
    await page.keyboard.press('c');
    const to = page.getByRole('combobox', { name: 'To' });
    await to.waitFor();
    await page.keyboard.type('an');
    await page.getByRole('option', { name: /Ann Lee/ }).waitFor();
    await picture(page, 'composer-completion');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('listitem').filter({ hasText: 'anneke@visser.example' }).waitFor();
    await page.keyboard.type('not an address,');
    await page.locator('.chip.is-wrong').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('One address is not right. It is marked.').waitFor();
    await page.keyboard.press('Backspace');
    await page.locator('#compose-subject').fill('Paper samples');
    await page.getByRole('textbox', { name: 'Message text' }).click();
    await page.keyboard.press('Control+B');
    await page.keyboard.type('Hello');
    await page.keyboard.press('Control+B');
    await page.keyboard.type(', see the attached file.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Your text speaks of an attachment (“attached”)').waitFor();
    await picture(page, 'composer-warning');
    await page.getByRole('button', { name: 'Back to writing' }).last().click();
    await page.locator('input[type=file]').setInputFiles({
      name: 'Order 2026-77.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.alloc(96_000, 1),
    });
    await page.getByText('96 KB').waitFor();
    // It may have been kept before the file was there; what is sent names files that are kept by their ids.
    const lastKept = async () => (await asked(page, 'draft.save')).at(-1);
    await expect.poll(async () => (await lastKept())?.attachments, { timeout: 20_000 }).toHaveLength(1);
    await page.getByText(/Saved/).first().waitFor();
    await picture(page, 'composer');
    const kept = await lastKept();
    expect(kept).toMatchObject({
      accountId: 'personal',
      subject: 'Paper samples',
      to: ['Anneke Visser <anneke@visser.example>'],
    });
    await page.locator('#compose-subject').press('Control+Enter');
    await page.getByRole('status').filter({ hasText: 'Sending “Paper samples”' }).waitFor();
    const [sent] = await asked(page, 'message.send');
    expect(sent).toMatchObject({
      undoSeconds: 10,
      text: 'Hello, see the attached file.',
      draftId: expect.any(String),
    });
    expect(sent?.html).toContain('<strong>Hello</strong>, see the attached file.');
    expect(sent?.attachments).toEqual([{ attachmentId: expect.any(String) }]);
    await picture(page, 'undo-send');
    await page.keyboard.press('z');
    await page.getByRole('heading', { name: 'Paper samples' }).waitFor();
    expect(await asked(page, 'outbox.cancel')).toHaveLength(1);
    await page.getByText('Order 2026-77').waitFor();
    // A browser asks a server for a picture of the site; the shells have none to ask.
    expect(problems.filter((problem) => !problem.startsWith('Failed to load resource'))).toEqual([]);
    await context.close();
  });

  it('sends later: a time in words or by date, shown in the outbox, sent now or taken back', async () => {
    const { page, context, problems } = await openWindow();
    const write = async (subject: string): Promise<void> => {
      await page.keyboard.press('c');
      await page.getByRole('combobox', { name: 'To' }).fill('ann@example.net,');
      await page.locator('#compose-subject').fill(subject);
      await page.getByRole('button', { name: 'Send later' }).click();
    };
    await write('In the morning');
    await page.getByRole('menuitem', { name: /Tomorrow morning, 08:00/ }).waitFor();
    await picture(page, 'send-later');
    await page.getByRole('menuitem', { name: /Tomorrow morning/ }).click();
    await page.getByRole('status').filter({ hasText: '“In the morning” goes out' }).waitFor();
    const [first] = await asked(page, 'message.send');
    const morning = new Date();
    morning.setDate(morning.getDate() + 1);
    morning.setHours(8, 0, 0, 0);
    expect(first).toMatchObject({ subject: 'In the morning', sendAt: morning.toISOString() });
    expect(first).not.toHaveProperty('undoSeconds');

    await write('On a day');
    await page.getByRole('menuitem', { name: 'Date and time…' }).click();
    await page.getByLabel('Date').fill('2020-01-01');
    await page.getByRole('button', { name: 'Send then' }).click();
    await page.getByText('Choose a date and a time that are still to come.').waitFor();
    await picture(page, 'send-later-date');
    const year = new Date().getFullYear() + 1;
    await page.getByLabel('Date').fill(`${year}-03-01`);
    await page.getByLabel('Time').fill('09:30');
    await page.getByRole('button', { name: 'Send then' }).click();
    await page.getByRole('status').filter({ hasText: '“On a day” goes out' }).waitFor();
    expect((await asked(page, 'message.send'))[1]).toMatchObject({
      sendAt: new Date(year, 2, 1, 9, 30).toISOString(),
    });
    await page
      .getByRole('link', { name: /^Outbox/ })
      .or(page.getByRole('treeitem', { name: /^Outbox/ }))
      .first()
      .click();
    const waiting = page.getByRole('list', { name: 'Outbox' }).getByRole('listitem');
    await waiting.filter({ hasText: 'On a day' }).getByText(`1 March ${year} at 09:30`).waitFor();
    await picture(page, 'outbox-scheduled');
    await waiting.filter({ hasText: 'On a day' }).getByRole('button', { name: 'Send now' }).click();
    await expect.poll(async () => (await asked(page, 'outbox.retry')).length).toBe(1);
    await waiting.filter({ hasText: 'In the morning' }).getByRole('button', { name: 'Take back' }).click();
    await page.getByRole('heading', { name: 'In the morning' }).waitFor();
    expect(problems.filter((problem) => !problem.startsWith('Failed to load resource'))).toEqual([]);
    await context.close();
  });

  it('answers everybody once, quotes, and keeps what was written on Escape', async () => {
    const { page, context, problems } = await openWindow({}, { colorScheme: 'dark' });
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Reply to all/ }).waitFor();
    await page.keyboard.press('a');
    await page.getByRole('textbox', { name: 'Message text' }).waitFor();
    await page.keyboard.type('Yes.');
    await picture(page, 'composer-reply-dark');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const [kept] = await asked(page, 'draft.save');
    expect(kept?.subject).toMatch(/^Re: (?!re:)/i);
    expect(kept?.to.length).toBeGreaterThan(0);
    expect([...(kept?.to ?? []), ...(kept?.cc ?? [])].join(' ')).not.toContain('ina@');
    expect(kept?.inReplyTo).toMatch(/^m/);
    expect(kept?.text.split('\n')[0]).toBe('Yes.');
    expect(kept?.text).toMatch(/^On .* wrote:$/m);
    expect(kept?.text).toMatch(/^> /m);
    // The focus is back where it was, in the list or its reader, and never lost.
    expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
    // A browser asks a server for a picture of the site; the shells have none to ask.
    expect(problems.filter((problem) => !problem.startsWith('Failed to load resource'))).toEqual([]);
    await context.close();
  });

  it('goes to plain text and back without losing a word, and remembers it', async () => {
    const { page, context } = await openWindow({}, { viewport: { width: 800, height: 700 } });
    await page.evaluate(() =>
      window.fakeMain.emit('window.show', {
        mailto:
          'mailto:ann@example.net?cc=tom@example.net&subject=Caf%C3%A9&body=One%0ATwo%0A%0A%3E%20quoted&attach=/etc/passwd',
      }),
    );
    const text = page.getByRole('textbox', { name: 'Message text' });
    await text.waitFor();
    expect(await page.locator('#compose-subject').inputValue()).toBe('Café');
    await text.click();
    await page.keyboard.press('Control+Shift+P');
    const field = page.locator('textarea');
    await field.waitFor();
    expect(await field.inputValue()).toBe('One\nTwo\n\n> quoted');
    await picture(page, 'composer-plain-narrow');
    await page.keyboard.press('Control+Shift+P');
    await page.locator('.rich-text blockquote').waitFor();
    expect(
      await page.evaluate(() =>
        window.fakeMain.calls.filter((call) => call.method === 'settings.set').map((call) => call.params),
      ),
    ).toEqual([{ settings: { composeRich: false } }, { settings: { composeRich: true } }]);
    await page.getByRole('button', { name: 'Discard the draft' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.rich-text blockquote').waitFor();
    expect(await asked(page, 'draft.discard')).toEqual([]);
    expect(await page.locator('.upload').count()).toBe(0);
    await context.close();
  });

  it('keeps its tools in one line beside the list and in narrow windows', async () => {
    const { page, context } = await openWindow();
    await page.keyboard.press('c');
    const tools = page.getByRole('toolbar', { name: 'Formatting' });
    await tools.waitFor();
    for (const width of [1440, 1320, 1280, 1240, 1200, 1024, 800, 640, 560]) {
      await page.setViewportSize({ width, height: 800 });
      const [send, discard] = await Promise.all(
        ['Send', 'Discard the draft'].map(async (name) =>
          page.getByRole('button', { name, exact: true }).boundingBox(),
        ),
      );
      const middle = (box: typeof send): number => Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2);
      expect([width, middle(discard ?? null)]).toEqual([width, middle(send ?? null)]);
    }
    await page.getByRole('button', { name: 'Attach', exact: true }).waitFor();
    await context.close();
  });
});
