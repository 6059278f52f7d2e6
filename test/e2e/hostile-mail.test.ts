import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoPerson } from '../../src-main/demo/world.ts';
import { aimed, setTrap, type RecordingTrap } from '../harness/recording-trap.ts';
import { catchPrinting, caughtPrint, endPrint } from './caught-print.ts';
import { DemoWindow, findStage } from './demo-window.ts';
import { hostileHtml } from '../fixtures/hostile-html.ts';
import { takePicture } from './screen-checks.ts';
import * as checks from './trap-checks.ts';

const corpora = fileURLToPath(new URL('../../../shared/corpora/', import.meta.url));
const hasCorpora = existsSync(join(corpora, 'sec-own'));
if (!hasCorpora)
  process.stderr.write('hostile-mail: our own mails alone: the corpora are not beside the checkout\n');
const { display, reason, skipped } = await findStage('hostile-mail');

/** So many drafts of others are opened again. */
const drafts = 8;
/** In the Trap folder, the first are ours: each of these is answered and forwarded. */
const own = Object.keys(hostileHtml).length;

const htmlMail = (subject: string, html: string): string =>
  [
    'From: Mallory <mallory@example.test>',
    'To: ann@example.test',
    `Subject: ${subject}`,
    `Message-ID: <${subject.replace(/\W+/g, '-')}@example.test>`,
    'Date: Fri, 20 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(html).toString('base64').replace(/.{76}/g, '$&\r\n'),
    '',
  ].join('\r\n');

const ownMails = (host: string): string[] =>
  Object.entries(hostileHtml).map(([name, html]) =>
    htmlMail(name, html.replaceAll('HOST', host).replaceAll('RUN', 'top.__xss=1')),
  );

function corpusMails(host: string): string[] {
  if (!hasCorpora) return [];
  const files = ['sec-own/leak', 'sec-own/active', 'sec-own/spoof', 'sec-httpleaks'].flatMap((folder) =>
    readdirSync(join(corpora, folder))
      .filter((name) => name.endsWith('.eml'))
      .map((name) => readFileSync(join(corpora, folder, name), 'latin1')),
  );
  const payloads = JSON.parse(readFileSync(join(corpora, 'sec-dompurify', 'payloads.json'), 'utf8')) as {
    payload: string;
  }[];
  const chunks: string[] = [];
  for (let at = 0; at < payloads.length; at += 12)
    chunks.push(
      htmlMail(
        `payloads from ${at}`,
        payloads
          .slice(at, at + 12)
          .map(({ payload }) => `<div>${payload.replaceAll('alert(', 'top.__xss=(')}</div>`)
          .join('\n'),
      ),
    );
  return [...files, ...chunks].map((mail) => aimed(mail, host));
}

describe.skipIf(reason !== null)(`P01, P05, E05: mail that wants out of the window${skipped}`, () => {
  let trap: RecordingTrap;
  let host: string;
  let opened: DemoWindow;
  let page: Page;
  let count: number;
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-hostile-'));

  beforeAll(async () => {
    trap = await setTrap(join(dir, 'trace'));
    host = trap.host;
    const mails = [
      ...ownMails(host),
      ...corpusMails(host),
      htmlMail(
        'links',
        `<p><a id="blank" target="_blank" href="http://${host}/blank">www.bank.example</a></p>
<p><a ping="http://${host}/ping" href="http://${host}/plain">www.post.example</a></p><form action="http://${host}/form" target="_blank"><button>Win</button></form>`,
      ),
    ];
    count = mails.length;
    opened = await DemoWindow.open({
      display,
      count: 10,
      prepare: ({ accounts, dovecot }) => {
        const seed = (folder: string, flags: string[], all: readonly string[]): void =>
          void dovecot.seedMaildir(
            (accounts[0] as DemoPerson).address,
            folder,
            all.map((mail, at) => ({
              bytes: Buffer.from(mail, 'latin1'),
              flags,
              internalDate: new Date(Date.now() - at * 60_000),
            })),
          );
        // Written by another program, or by somebody who got into the mailbox.
        seed('Drafts', ['\\Draft', '\\Seen'], ownMails(host).slice(0, drafts));
        seed('Trap', [], mails);
      },
    });
    page = opened.page;
    trap.watch(page, opened.profile);
  });
  afterAll(async () => {
    trap?.stop();
    await opened?.close();
    await display?.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const nothingHappened = (where: string): Promise<void> => checks.nothingHappened(page, trap, where);
  const insideItsFrame = (where: string): Promise<void> => checks.insideItsFrame(page, where);
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const shown = async (): Promise<string> => {
    await page.locator('.stage:not([inert]) .message:not([aria-busy=true])').first().waitFor();
    return (await page.locator('#subject').textContent()) ?? '';
  };

  const printed = async (where: string): Promise<void> => {
    await press('Control+p');
    await caughtPrint(page);
    await nothingHappened(`${where}, printed`);
    await endPrint(page);
  };

  test(
    'opened, printed, answered, forwarded and searched, none of it asks for anything',
    { timeout: 600_000 },
    async () => {
      try {
        await opened.addFirstAccount();
        await page.getByRole('treeitem', { name: 'Trap' }).click();
        await page.locator('#list-title', { hasText: 'Trap' }).waitFor();
        const rows = Number(await page.locator('[data-pane=list] [role=grid]').getAttribute('aria-rowcount'));
        expect(rows).toBeGreaterThan(count * 0.9);
        await catchPrinting(page);
        let before = '';
        for (let at = 0; at < rows; at += 1) {
          await press('j');
          await page.locator(`[role=row][aria-rowindex="${at + 1}"][aria-selected=true]`).waitFor();
          const subject = await shown();
          before = subject;
          await insideItsFrame(subject);
          if (at < own || at % 15 === 0) {
            await printed(subject);
            for (const key of at % 4 === 0 ? ['r', 'f'] : ['r']) {
              await press(key);
              await page.locator('.composer:focus-within').waitFor();
              await press('Escape');
              await page.locator('.composer').waitFor({ state: 'hidden' });
            }
          }
          await nothingHappened(`row ${at + 1}, ${subject}`);
        }
        expect(before).not.toBe('');
        await press('/');
        await page.keyboard.type('links');
        await page.getByRole('grid', { name: 'Search results' }).getByRole('row').first().waitFor();
        await nothingHappened('search');
        await press('Escape');
      } catch (thrown) {
        await takePicture(page, 'hostile-failed').catch(() => undefined);
        throw thrown;
      }
    },
  );

  test('drafts that others left open in the composer, closed and opened again', async () => {
    await page.getByRole('treeitem', { name: 'Drafts' }).first().click();
    await page.locator('#list-title', { hasText: 'Drafts' }).waitFor();
    const listed = page.locator('[data-pane=list] [role=row][data-id]');
    const composer = page.locator('.composer');
    // Kept by the composer, a draft comes to the top.
    for (const [time, row] of [listed.last(), listed.first(), listed.last(), listed.first()].entries()) {
      // Its copy on the server is exchanged when it is kept: the row under the pointer may just be going.
      await expect
        .poll(
          async () => {
            if (await composer.isVisible()) return true;
            await row.click({ timeout: 2_000 }).catch(() => undefined);
            const edit = page.getByRole('button', { name: 'Edit this draft' });
            await edit.waitFor({ timeout: 2_000 }).catch(() => undefined);
            await nothingHappened(`draft, shown for the ${time}. time`);
            await edit.click({ timeout: 2_000 }).catch(() => undefined);
            await composer.waitFor({ timeout: 2_000 }).catch(() => undefined);
            return await composer.isVisible();
          },
          { timeout: 60_000 },
        )
        .toBe(true);
      await composer.locator('.rich-text, textarea').last().click();
      await page.keyboard.type('x');
      await nothingHappened(`draft, opened for the ${time}. time`);
      await press('Escape');
      await composer.waitFor({ state: 'hidden' });
    }
    await page.getByRole('treeitem', { name: 'Trap' }).click();
    await page.locator('#list-title', { hasText: 'Trap' }).waitFor();
    await listed.first().click();
    await press('End');
    await page.locator('.row-subject').getByText('links', { exact: true }).first().waitFor();
  });

  test('no link, new window, dropped file or address moves the window', async () => {
    const home = page.url();
    const before = page.context().pages().length;
    await page.locator('.row-subject').getByText('links', { exact: true }).first().click();
    const frame = page.frameLocator('iframe.mail-frame');
    for (const button of ['left', 'middle'] as const) {
      await frame.getByText('www.bank.example').click({ button });
      const question = page.getByRole('dialog', { name: 'This link goes somewhere else' });
      await question.waitFor();
      await page.getByRole('button', { name: 'Do not open' }).click();
      await question.waitFor({ state: 'detached' });
    }
    expect(await frame.locator('form, button').count()).toBe(0);
    const debug = await page.context().newCDPSession(page);
    for (const data of [
      { items: [{ mimeType: 'text/uri-list', data: `http://${host}/dropped` }], dragOperationsMask: 1 },
      { items: [], files: [join(corpora, 'sec-httpleaks', 'leak.eml')], dragOperationsMask: 1 },
    ])
      for (const place of [
        { x: 100, y: 400 },
        { x: 400, y: 400 },
        { x: 1000, y: 400 },
      ])
        for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
          await debug.send('Input.dispatchDragEvent', { type, ...place, data });
    // Chromium makes a page for window.open before anybody can refuse it; it must be gone again, unloaded.
    await page.evaluate((url) => void window.open(url), `http://${host}/open`);
    await page.evaluate((url) => {
      location.href = url;
    }, `http://${host}/away`);
    await page.getByRole('button', { name: 'New message' }).waitFor();
    expect(page.url()).toBe(home);
    await expect.poll(() => page.context().pages().length).toBe(before);
    expect(trap.reached).toEqual([]);
  });

  test('nor does the browser look up a name or connect to anything', async (context) => {
    const outward = await trap.traced();
    if (outward === null) {
      context.skip('strace is not installed: name look-ups are not recorded');
      return;
    }
    expect(outward).toEqual([]);
  });
});
