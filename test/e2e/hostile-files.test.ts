import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileFiles, letterWith } from '../fixtures/hostile-files.ts';
import { aimed, setTrap, type RecordingTrap } from '../harness/recording-trap.ts';
import { DemoWindow, findStage } from './demo-window.ts';
import { takePicture } from './screen-checks.ts';

const corpus = fileURLToPath(new URL('../../../shared/corpora/sec-own/', import.meta.url));
const hasCorpus = existsSync(corpus);
if (!hasCorpus)
  process.stderr.write('hostile-files: our own files alone: the corpora are not beside the checkout\n');
const { display, reason, skipped } = await findStage('hostile-files');

const folders = ['filename', 'active', 'leak', 'spoof', 'mime'] as const;
const corpusMails = (folder: (typeof folders)[number], host: string): { name: string; text: string }[] =>
  hasCorpus
    ? readdirSync(join(corpus, folder))
        .filter((name) => name.endsWith('.eml'))
        .sort()
        .map((name) => ({
          name,
          text: aimed(readFileSync(join(corpus, folder, name), 'latin1'), host),
        }))
    : [];

describe.skipIf(reason !== null)(`P05, E05: hostile attachments, looked at and saved${skipped}`, () => {
  let trap: RecordingTrap;
  let opened: DemoWindow;
  let page: Page;
  let downloads = '';
  const letters: string[] = [];

  const dir = mkdtempSync(join(tmpdir(), 'posthorn-hostile-'));
  const outside = ['/tmp/pwn.txt', '/tmp/pwn', join(dir, 'pwn.txt')].filter((path) => !existsSync(path));

  beforeAll(async () => {
    trap = await setTrap(join(dir, 'trace'));
    downloads = join(dir, 'Downloads');
    mkdirSync(downloads);
    process.env['XDG_DOWNLOAD_DIR'] = downloads;
    const { host } = trap;
    opened = await DemoWindow.open({
      display,
      count: 5,
      prepare: ({ accounts, dovecot }) => {
        const all = [
          ...folders
            .map(
              (folder) =>
                [
                  `All of ${folder}`,
                  corpusMails(folder, host).map(({ name, text }) => ({
                    name,
                    type: 'message/rfc822',
                    bytes: Buffer.from(text, 'latin1'),
                  })),
                ] as const,
            )
            .filter(([, files]) => files.length > 0),
          ['Our own', hostileFiles(host)] as const,
        ];
        letters.push(...all.map(([subject]) => subject));
        dovecot.seedMaildir(
          accounts[0]?.address ?? '',
          'Trap',
          [
            ...all.map(([subject, files]) => letterWith(subject, files)),
            ...corpusMails('filename', host).map(({ text }) => Buffer.from(text, 'latin1')),
          ].map((bytes, at) => ({ bytes, internalDate: new Date(Date.now() - at * 60_000) })),
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
    delete process.env['XDG_DOWNLOAD_DIR'];
    trap?.stop();
    await opened?.close();
    await display?.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const nothingHappened = async (where: string): Promise<void> => {
    expect({ where, reached: trap.reached, happened: trap.happened }).toEqual({
      where,
      reached: [],
      happened: [],
    });
    const ran = await Promise.all(
      page.frames().map((frame) => frame.evaluate(() => '__xss' in window).catch(() => false)),
    );
    expect(ran, `${where}: a script of a file ran`).not.toContain(true);
  };
  /** The frame lies in its dialog, and head and foot of the dialog are ours. */
  const insideItsFrame = async (where: string): Promise<void> => {
    const found = await page.evaluate(() => {
      const faults: string[] = [];
      const dialog = document.querySelector('[role=dialog]');
      const box = dialog?.getBoundingClientRect();
      for (const frame of dialog?.querySelectorAll('iframe') ?? []) {
        const own = frame.getBoundingClientRect();
        if (frame.getAttribute('sandbox') !== 'allow-same-origin') faults.push('its sandbox');
        if (box === undefined || own.left < box.left || own.right > box.right) faults.push('its width');
        const inner = frame.contentDocument;
        if (inner === null) faults.push('no document');
        else if (
          inner.querySelector('script,svg,math,form,input,iframe,object,embed,base,link,dialog') !== null
        )
          faults.push('what it holds');
      }
      for (const selector of ['.dialog-head h2', '.dialog-head .button', '.dialog-foot .button']) {
        const one = dialog?.querySelector(selector);
        const place = one?.getBoundingClientRect();
        if (one === null || one === undefined || place === undefined) faults.push(`no ${selector}`);
        else {
          const over = document.elementFromPoint(place.left + place.width / 2, place.top + place.height / 2);
          if (over?.closest('[role=dialog]') !== dialog || over?.closest('iframe') !== null)
            faults.push(`over ${selector}`);
        }
      }
      return faults;
    });
    expect(found, where).toEqual([]);
  };
  const rows = (): Locator => page.locator('[data-pane=list] [role=row][data-id]');
  const open = async (at: number): Promise<string> => {
    await rows().nth(at).click();
    await page.locator(`[role=row][aria-rowindex="${at + 1}"][aria-selected=true]`).waitFor();
    await page
      .locator('.stage:not([inert]) .message:not([aria-busy=true])')
      .first()
      .waitFor({ timeout: 60_000 });
    await page.locator('.stage:not([inert]) .files-list .file').first().waitFor({ timeout: 60_000 });
    return (await page.locator('#subject').textContent()) ?? '';
  };

  test(
    'each of them, looked at, asks for nothing, runs nothing and stays in its frame',
    { timeout: 600_000 },
    async () => {
      let looked = 0;
      const slow: string[] = [];
      for (let at = 0; at < (await rows().count()); at += 1) {
        const subject = await open(at);
        const views = page.locator('.stage:not([inert]) .files-list .file-main[aria-label$=", view"]');
        const count = await views.count();
        for (let file = 0; file < count; file += 1) {
          const where = `${subject}: ${(await views.nth(file).getAttribute('aria-label')) ?? ''}`;
          const began = performance.now();
          await views.nth(file).click();
          const dialog = page.getByRole('dialog');
          // What it holds, or a sentence why it is not shown.
          await dialog.locator('iframe, p[role=alert]').first().waitFor({ timeout: 60_000 });
          await page.evaluate(
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
          );
          const took = performance.now() - began;
          if (took > 3_000) slow.push(`${where}: ${Math.round(took)} ms`);
          await insideItsFrame(where);
          await nothingHappened(where);
          await page.keyboard.press('Escape');
          await dialog.waitFor({ state: 'detached' });
          looked += 1;
        }
      }
      process.stdout.write(`hostile-files: ${looked} looked at; slower than 3 s: ${JSON.stringify(slow)}\n`);
      expect(looked).toBeGreaterThan(hasCorpus ? 60 : 8);
      await takePicture(page, 'hostile-files');
    },
  );

  test('saved, all of them lie in the downloads folder under safe names, and none can be run', async () => {
    let files = 0;
    for (let at = 0; at < (await rows().count()); at += 1) {
      await open(at);
      const listed = await page.locator('.stage:not([inert]) .files-list .file').count();
      const all = page.getByRole('button', { name: 'Save all' });
      if ((await all.count()) > 0) await all.click();
      else await page.locator('.stage:not([inert]) .files-list .file > .button').first().click();
      files += listed;
      // Of a program it is asked whether that is meant.
      const same = page.getByRole('button', { name: 'Save all the same' });
      await expect
        .poll(
          async () => {
            if (await same.isVisible()) await same.click();
            return readdirSync(downloads).length;
          },
          { timeout: 60_000 },
        )
        .toBe(files);
    }
    const names = readdirSync(downloads);
    for (const name of names) {
      expect(statSync(join(downloads, name)).isFile(), name).toBe(true);
      expect(statSync(join(downloads, name)).mode & 0o111, name).toBe(0);
      expect(name, 'a name that is shown as it is').not.toMatch(
        /[\p{Cc}\u202a-\u202e\u2066-\u2069<>:"|?*\\$`~]/u,
      );
      expect(name).not.toMatch(/^(?:\.|con\b|nul\b)|[. ]$/i);
    }
    // Nothing beside it: the attempts to leave the folder (F01, F05) ended in it.
    for (const path of outside) expect(existsSync(path), path).toBe(false);
    await nothingHappened('saving');
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
