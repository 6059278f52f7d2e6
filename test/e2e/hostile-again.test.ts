import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { letterWith } from '../fixtures/hostile-files.ts';
import { hostileHtml } from '../fixtures/hostile-html.ts';
import { hostileVectors } from '../fixtures/hostile-vectors.ts';
import { aimed, setTrap, type RecordingTrap } from '../harness/recording-trap.ts';
import { catchPrinting, caughtPrint, endPrint } from './caught-print.ts';
import { DemoWindow, findStage } from './demo-window.ts';
import { takePicture } from './screen-checks.ts';
import * as checks from './trap-checks.ts';

const { display, reason, skipped } = await findStage('hostile-again');

/** POSTHORN_HOSTILE=all: every vector; else some of each kind. */
const all = process.env['POSTHORN_HOSTILE'] === 'all';
const together = 6;
/** So many mails of the conversation are answered, forwarded, and their drafts opened again. */
const answered = all ? 12 : 2;

function chunks(host: string): string[] {
  const vectors = all
    ? [...Object.values(hostileHtml), ...hostileVectors]
    : [...Object.values(hostileHtml), ...hostileVectors.filter((_one, at) => at % 9 === 4)];
  const meant = vectors.map((one) => one.replaceAll('HOST', host).replaceAll('RUN', 'top.__xss=1'));
  return Array.from({ length: Math.ceil(meant.length / together) }, (_, at) =>
    aimed(
      meant
        .slice(at * together, (at + 1) * together)
        .map((one) => `<div>${one}</div>`)
        .join('\n'),
      host,
    ),
  );
}

const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n');

/** One conversation: what each mail holds comes in turn as the mail itself, as one of two, below another, as text. */
function conversation(html: readonly string[]): string[] {
  const part = (type: string, text: string, more = ''): string =>
    `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n${more}\r\n${base64(text)}\r\n`;
  const around = (type: string, ...parts: string[]): string =>
    `Content-Type: ${type}; boundary=b\r\n\r\n${parts.map((one) => `--b\r\n${one}`).join('')}--b--\r\n`;
  return html.map((one, at) => {
    const forms = [
      () => part('text/html', one),
      () => around('multipart/alternative', part('text/plain', one), part('text/html', one)),
      () =>
        around(
          'multipart/related',
          part('text/html', `<img src="cid:a@x"><img src="cid:%61@x"><img src="cid:b@x">${one}`),
          part(
            'image/svg+xml',
            `<svg xmlns="http://www.w3.org/2000/svg">${one}</svg>`,
            'Content-ID: <a@x>\r\n',
          ),
          part('text/html', one, 'Content-ID: <b@x>\r\n'),
        ),
      () => part('text/plain', one),
      () =>
        around(
          'multipart/mixed',
          part('text/plain', 'Forwarded:'),
          `Content-Type: message/rfc822\r\n\r\nFrom: x@example.test\r\nSubject: inside\r\n${part('text/html', one)}`,
        ),
    ];
    return [
      'From: Mallory <mallory@example.test>',
      'To: ann@example.test',
      'Subject: A long story',
      `Message-ID: <story-${at}@example.test>`,
      ...(at === 0
        ? []
        : [`In-Reply-To: <story-${at - 1}@example.test>`, `References: <story-0@example.test>`]),
      `Date: ${new Date(Date.UTC(2026, 10, 20, 10, at)).toUTCString()}`,
      'MIME-Version: 1.0',
      forms[at % forms.length]?.() ?? '',
    ].join('\r\n');
  });
}

describe.skipIf(reason !== null)(`P01, P05: hostile mail where it comes back${skipped}`, () => {
  let trap: RecordingTrap;
  let opened: DemoWindow;
  let page: Page;
  let count = 0;
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-hostile-'));

  beforeAll(async () => {
    trap = await setTrap(join(dir, 'trace'));
    const html = chunks(trap.host);
    count = html.length;
    const files = letterWith(
      'Look inside',
      html.map((one, at) => ({
        name: `mail-${at}.eml`,
        type: 'message/rfc822',
        bytes: Buffer.from(
          `From: x@example.test\r\nSubject: inside\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(one)}`,
        ),
      })),
    );
    opened = await DemoWindow.open({
      display,
      count: 5,
      prepare: ({ dovecot, accounts }) => {
        dovecot.seedMaildir(
          accounts[0]?.address ?? '',
          'Trap',
          [files, ...conversation(html).map((one) => Buffer.from(one, 'latin1'))].map((bytes, at) => ({
            bytes,
            flags: ['\\Seen'],
            internalDate: new Date(Date.UTC(2026, 10, 20, 9, at)),
          })),
        );
      },
    });
    page = opened.page;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await opened.addFirstAccount();
    trap.watch(page, opened.profile);
    await page.getByRole('treeitem', { name: 'Trap' }).click();
    await page.locator('#list-title', { hasText: 'Trap' }).waitFor();
  });
  afterAll(async () => {
    trap?.stop();
    await opened?.close();
    await display?.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const nothingHappened = (where: string): Promise<void> => checks.nothingHappened(page, trap, where);
  const composer = (): ReturnType<Page['locator']> => page.locator('.composer');

  test(
    'many of them in one conversation, unfolded, looked through and printed',
    { timeout: 600_000 },
    async () => {
      await page.locator('.row-subject').getByText('A long story').first().click();
      await page.locator('.stage:not([inert])').getByText(`${count} messages`).waitFor();
      await catchPrinting(page);
      await page.keyboard.press(';');
      await expect.poll(() => page.locator('.reader [data-message]').count()).toBe(count);
      for (let at = 0; at < count; at += 1) {
        const message = page.locator('.reader [data-message]').nth(at);
        await message.evaluate((element) => element.scrollIntoView({ block: 'start' }));
        await message.locator('.message:not([aria-busy=true])').waitFor();
        await checks.insideItsFrame(page, `message ${at + 1}`);
        await nothingHappened(`message ${at + 1}`);
      }
      await page.locator('.reader-scroll').evaluateAll((places) => {
        for (const place of places) place.scrollTo({ top: 0 });
      });
      await page.keyboard.press('Control+p');
      await caughtPrint(page);
      await nothingHappened('the conversation, printed');
      await endPrint(page);
    },
  );

  test(
    'answers and forwarded ones, kept as drafts, left and opened again',
    { timeout: 600_000 },
    async () => {
      for (let at = 0; at < answered; at += 1) {
        const message = page.locator('.reader [data-message]').nth(at * Math.floor(count / answered));
        await message.evaluate((element: HTMLElement) => element.focus());
        for (const key of ['r', 'f']) {
          await page.keyboard.press(key);
          await page.locator('.composer:focus-within').waitFor();
          await composer().locator('.rich-text, textarea').last().click();
          await page.keyboard.type('Words of my own. ');
          await page.keyboard.press('Escape');
          await composer().waitFor({ state: 'hidden' });
          await nothingHappened(`answer ${at + 1}, ${key}`);
          await message.evaluate((element: HTMLElement) => element.focus());
        }
      }
      await page.getByRole('treeitem', { name: 'Drafts' }).first().click();
      await page.locator('#list-title', { hasText: 'Drafts' }).waitFor();
      const rows = page.locator('[data-pane=list] [role=row][data-id]', { hasText: 'A long story' });
      // The answers are one conversation, of which the last is opened; what is forwarded begins another.
      await expect.poll(() => rows.count()).toBe(answered + 1);
      for (let at = 0; at < answered + 1; at += 1) {
        // Kept by the composer, a draft comes to the top: the last one is always another. Its copy on the server is
        // exchanged then: the row under the pointer may just be going.
        await expect
          .poll(
            async () => {
              if (await composer().isVisible()) return true;
              await rows
                .last()
                .click({ timeout: 2_000 })
                .catch(() => undefined);
              await page
                .locator('.stage:not([inert])')
                .getByRole('button', { name: 'Edit this draft' })
                .last()
                .click({ timeout: 2_000 })
                .catch(() => undefined);
              await composer()
                .waitFor({ timeout: 2_000 })
                .catch(() => undefined);
              return await composer().isVisible();
            },
            { timeout: 60_000 },
          )
          .toBe(true);
        await composer().getByText('Words of my own').waitFor();
        await nothingHappened(`draft ${at + 1}`);
        const odd = composer().locator(
          '.rich-text :is(img:not(.ProseMirror-separator), svg, math, style, script, iframe, form, input, video, [style], [id], [name], [onclick])',
        );
        expect(
          await odd.evaluateAll((all) => all.map((one) => one.outerHTML.slice(0, 300))),
          `draft ${at + 1}`,
        ).toEqual([]);
        await composer().locator('.rich-text, textarea').last().click();
        await page.keyboard.type('More. ');
        await page.keyboard.press('Escape');
        await composer().waitFor({ state: 'hidden' });
      }
      await nothingHappened('drafts');
    },
  );

  test('attached to a mail and looked at one by one', { timeout: 600_000 }, async () => {
    await page.getByRole('treeitem', { name: 'Trap' }).click();
    await page.locator('#list-title', { hasText: 'Trap' }).waitFor();
    await page.locator('.row-subject').getByText('Look inside').click();
    const views = page.locator('.stage:not([inert]) .files-list .file-main[aria-label$=", view"]');
    await expect.poll(() => views.count()).toBe(count);
    const dialog = page.getByRole('dialog');
    for (let at = 0; at < count; at += 1) {
      await views.nth(at).click();
      await dialog.frameLocator('iframe').getByText('Subject', { exact: true }).first().waitFor();
      await nothingHappened(`attached mail ${at + 1}`);
      // Its own words over it stay where they are, and are covered by nothing of it.
      const covered = await dialog.locator('iframe').evaluate((frame: HTMLIFrameElement) => {
        const inner = frame.contentDocument;
        const line = inner?.querySelector('body > div p b')?.getBoundingClientRect();
        if (inner === null || inner === undefined || line === undefined) return 'no head';
        const over = inner.elementFromPoint(line.left + 2, line.top + line.height / 2);
        const box = inner.querySelector('.enclosed-mail');
        if (
          box === null ||
          !/paint|content|strict/.test(inner.defaultView?.getComputedStyle(box).contain ?? '')
        )
          return 'its outlines and shadows';
        return over?.closest('.mail-body') === null ? null : (over?.outerHTML.slice(0, 200) ?? 'nothing');
      });
      expect(covered, `attached mail ${at + 1}`).toBeNull();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
  });

  test('in a notification, and in the log', async () => {
    const told = await page.evaluateHandle(() => {
      const notes: string[] = [];
      const Note = function (title: string, { body }: { body: string }) {
        notes.push(title, body);
      };
      Object.assign(window, { Notification: Note });
      return notes;
    });
    const imap = await opened.rawImap();
    const picture = `<img src="http://${trap.host}/note" onerror="top.__xss=1">`;
    await imap.append(
      'INBOX',
      `From: "boss@good.example ${picture.replaceAll('"', '')}" <mallory@example.test>\r\nTo: ann@example.test\r\nSubject: ${picture}\r\n\t\u202egnp.exe\r\nDate: Fri, 20 Nov 2026 11:00:00 +0000\r\nContent-Type: text/html\r\n\r\n${picture}\r\n`,
    );
    await expect.poll(() => told.evaluate((notes) => notes.length), { timeout: 30_000 }).toBe(2);
    const [title, body] = await told.evaluate((notes) => notes);
    expect(title).toMatch(/^mallory@example\.test/);
    expect(body).toBe(`${picture} gnp.exe`);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByText('Log', { exact: true }).click();
    await nothingHappened('notification and log');
    await takePicture(page, 'hostile-again');
  });

  test('no name was looked up, and nobody was connected to', async (context) => {
    const lines = await trap.traced();
    if (lines === null) {
      context.skip('strace is not installed: name look-ups are not recorded');
      return;
    }
    expect(lines).toEqual([]);
    expect(trap.reached).toEqual([]);
  });
});
