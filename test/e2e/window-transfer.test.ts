import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../harness/headless.ts';
import { RealWindow } from '../harness/real-window.ts';
import { pagesFor } from '../harness/built-pages.ts';
import type { RawImap, RawMessage } from '../servers/raw-imap.ts';
import { DemoWindow, findStage, showCalmly } from './demo-window.ts';
import { lookAt } from './screen-checks.ts';

const { display, reason, skipped } = await findStage('window-transfer');
const few = 20;
const many = 200;

const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Old mails of every kind that a file can spoil; too old and too large to be here before anybody asks for them. */
function mail(n: number, size: number): Buffer {
  const lines = [
    'From: Bob <bob@example.test>',
    `Subject: ${n === 3 ? 'Größe /../ of: the "boat"' : `Old mail ${n}`}`,
    `Message-ID: <old${n}@transfer.test>`,
    `Date: Mon, 04 Mar 2024 10:${String(n % 60).padStart(2, '0')}:00 +0000`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: 8bit',
    '',
    `Number ${n}, in 8 bit: \xe4\xf6\xfc\xff`,
    'From now on, and',
    '>From then',
    '>>From before',
    '',
    'From ann@example.test Sat Nov 21 15:04:05 2026',
    'Subject: not a mail of its own',
    '',
    `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(size / 72)),
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
const seeds = (count: number, size: number) =>
  Array.from({ length: count }, (_, at) => ({
    bytes: mail(at + 1, size),
    flags: at % 2 === 0 ? ['\\Seen', '\\Flagged'] : [],
    internalDate: new Date(Date.UTC(2024, 2, 4, 10, at % 60, Math.floor(at / 60))),
  }));

const files = Buffer.from(
  [
    'From: Bob <bob@example.test>',
    'Subject: Two of one name',
    'Message-ID: <two@transfer.test>',
    'Date: Mon, 16 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'Here they are.',
    ...[
      ['list.csv', 'one'],
      ['list.csv', 'two'],
      ['../../.bashrc', 'three'],
      ['invoice.pdf\u202Etxt.exe', 'four'],
    ].flatMap(([name = '', text = '']) => [
      '--b',
      'Content-Type: application/octet-stream',
      `Content-Disposition: attachment; filename="=?utf-8?B?${Buffer.from(name).toString('base64')}?="`,
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(text).toString('base64'),
    ]),
    '--b--',
    '',
  ].join('\r\n'),
);

/** An mbox file as another program would read it (mboxrd), with the line ends of mail. */
function readMboxrd(path: string): string[] {
  const text = readFileSync(path, 'latin1');
  const parts = text.split(/^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n/m).slice(1);
  return parts
    .map((part) =>
      sumOf(
        Buffer.from(
          part
            .replace(/\n$/, '')
            .replace(/^>(>*From )/gm, '$1')
            .replace(/\n/g, '\r\n'),
          'latin1',
        ),
      ),
    )
    .sort();
}

describe.skipIf(reason !== null)(`files out of the window and into it, on a real server${skipped}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-files-'));
  const downloads = join(dir, 'Downloads');
  const at = (name: string): string => join(downloads, name);
  const faults: string[] = [];
  let opened: DemoWindow;
  let posthorn: RealWindow;
  let page: Page;
  let flags: string[];
  let raw: RawImap;
  let old: RawMessage[];
  let whole: RawMessage[];

  beforeAll(async () => {
    process.env['XDG_DOWNLOAD_DIR'] = downloads;
    mkdirSync(downloads);
    opened = await DemoWindow.open({
      display,
      count: 10,
      prepare: ({ accounts, dovecot }) => {
        const ina = accounts[0]?.address ?? '';
        dovecot.seedMaildir(ina, 'Old', seeds(few, 90_000));
        dovecot.seedMaildir(ina, 'Whole year', seeds(many, 70_000));
        dovecot.seedMaildir(ina, 'INBOX', [{ bytes: files, internalDate: new Date() }]);
        for (const name of ['In mbox', 'In eml', 'In Maildir']) dovecot.seedMaildir(ina, name, []);
      },
    });
    ({ posthorn, page } = opened);
    ({ flags } = opened.world);
    await showCalmly(page);
    await opened.addFirstAccount();
    raw = await opened.rawImap();
    old = await raw.messages('Old');
    whole = await raw.messages('Whole year');
  });
  afterAll(async () => {
    delete process.env['XDG_DOWNLOAD_DIR'];
    await raw?.close();
    if (posthorn !== opened?.posthorn) await posthorn?.quit();
    await opened?.close();
    await display?.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const long = { timeout: 60_000 };
  const folder = (name: string): Locator => page.getByRole('treeitem', { name }).first();
  const dialog = (name: string | RegExp): Locator => page.getByRole('dialog', { name });
  const sums = (messages: readonly RawMessage[]): string[] => messages.map(({ sha256 }) => sha256).sort();
  const menu = async (name: string, entry: string): Promise<void> => {
    await folder(name).click({ button: 'right' });
    await page.getByRole('menuitem', { name: entry }).click();
  };
  const look = async (screen: string): Promise<void> => {
    faults.push(...(await lookAt(page, `job-${screen}`)));
  };

  /** Presses the button and answers the system's dialog that it opens. */
  const choose = async (button: Locator, paths: readonly string[]): Promise<void> => {
    const debug = await page.context().newCDPSession(page);
    await debug.send('Page.enable');
    await debug.send('Page.setInterceptFileChooserDialog', { enabled: true });
    const asked = new Promise<number>((resolve) =>
      debug.once('Page.fileChooserOpened', ({ backendNodeId }) => resolve(backendNodeId ?? 0)),
    );
    await button.click();
    await debug.send('DOM.setFileInputFiles', { files: [...paths], backendNodeId: await asked });
    await debug.send('Page.setInterceptFileChooserDialog', { enabled: false });
    await debug.detach();
  };

  test('a folder that is not here goes out byte for byte: to .eml by mouse, to a Maildir by key, never over a file', async () => {
    writeFileSync(at('Old'), 'mine');
    await menu('Old', 'Export…');
    const asking = dialog('Export “Old”');
    await asking.getByRole('radio', { name: /\.eml files/ }).click();
    await look('export-ask');
    await asking.getByRole('button', { name: 'Export', exact: true }).click();
    await asking.getByText(`${few} messages were written to ${at('Old (2)')}.`).waitFor(long);
    await look('export-done');
    // The title says once what it is.
    expect(await asking.getByText('Old”').count()).toBe(1);
    await asking.getByRole('button', { name: 'Close' }).last().click();
    const names = readdirSync(at('Old (2)'));
    expect(names.map((name) => sumOf(readFileSync(join(at('Old (2)'), name)))).sort()).toEqual(sums(old));
    expect(names.every((name) => /^\d{4} [^/\\:"]+\.eml$/.test(name))).toBe(true);
    expect(readFileSync(at('Old'), 'utf8')).toBe('mine');

    await folder('Old').click();
    await page.locator('#list-title', { hasText: 'Old' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Export this folder');
    await page.getByRole('option', { selected: true }).filter({ hasText: 'Export this folder' }).waitFor();
    await page.keyboard.press('Enter');
    await asking.getByRole('radio', { name: /mbox/ }).waitFor();
    await asking.getByRole('radio', { checked: true }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await asking.getByRole('radio', { name: /Maildir/, checked: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await asking.getByText(`${few} messages were written to ${at('Old (3)')}.`).waitFor(long);
    await page.keyboard.press('Escape');
    await asking.waitFor({ state: 'detached' });
    const cur = join(at('Old (3)'), 'cur');
    const told = readdirSync(cur).map((name) => {
      const path = join(cur, name);
      return `${sumOf(readFileSync(path))} ${statSync(path).mtimeMs} ${name.split(':2,')[1] ?? ''}`;
    });
    expect(told.sort()).toEqual(
      old
        .map(({ sha256, internalDate, flags: given }) => {
          const letters = given.includes('\\Seen') ? 'FS' : '';
          return `${sha256} ${Date.parse(internalDate.trim())} ${letters}`;
        })
        .sort(),
    );
  });

  test('a kill in the middle of an export costs nothing: it goes on at the next start, and says so', async () => {
    await menu('Whole year', 'Export…');
    const asking = dialog('Export “Whole year”');
    await asking.getByRole('button', { name: 'Export', exact: true }).click();
    const part = at('Whole year.mbox.part');
    await until(
      () => Promise.resolve(existsSync(part) && statSync(part).size > 2_000_000 ? true : undefined),
      'the first megabytes of the export',
      60_000,
    );
    await posthorn.kill();
    expect(existsSync(at('Whole year.mbox'))).toBe(false);
    posthorn = await RealWindow.open({
      profile: opened.profile,
      pages: await pagesFor(dir),
      flags,
      passphrase: 'kade, sluis en vuurtoren',
      display: display?.name ?? '',
    });
    page = posthorn.page;
    page.setDefaultTimeout(20_000);
    await showCalmly(page);
    await until(
      () => Promise.resolve(existsSync(at('Whole year.mbox')) ? true : undefined),
      'the whole export',
      60_000,
    );
    expect(existsSync(part)).toBe(false);
    expect(readMboxrd(at('Whole year.mbox'))).toEqual(sums(whole));
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Exports and imports');
    await page.getByRole('option', { selected: true }).filter({ hasText: 'Exports and imports' }).waitFor();
    await page.keyboard.press('Enter');
    const list = dialog('Exports and imports');
    await list.getByText(`${many} messages were written to ${at('Whole year.mbox')}.`).waitFor(long);
    await look('export-list');
    await list.getByRole('button', { name: 'Remove from the list' }).click();
    await list.getByText('Nothing is being exported or imported.').waitFor();
    await page.keyboard.press('Escape');
  });

  test('files come in by the picker, by a folder and by a drop, and are on the server as they were', async () => {
    writeFileSync(at('no-mail.txt'), 'Dear diary\n');
    await menu('In mbox', 'Import…');
    const asking = dialog('Import into “In mbox”');
    await look('import-ask');
    await choose(asking.getByRole('button', { name: 'Choose files…' }), [
      at('Whole year.mbox'),
      at('no-mail.txt'),
    ]);
    await asking.getByText(`${many} messages were imported into “In mbox”.`).waitFor({ timeout: 120_000 });
    await asking.getByText('1 was not taken (no-mail.txt): It is no mbox file', { exact: false }).waitFor();
    await look('import-done');
    await asking.getByRole('button', { name: 'Close' }).last().click();
    const came = await raw.messages('In mbox');
    expect(sums(came)).toEqual(sums(whole));
    expect(came.map(({ internalDate }) => Date.parse(internalDate.trim())).sort()).toEqual(
      whole.map(({ internalDate }) => Date.parse(internalDate.trim())).sort(),
    );

    await menu('In Maildir', 'Import…');
    const maildir = dialog('Import into “In Maildir”');
    await maildir.getByRole('radio', { name: /Maildir/ }).click();
    await choose(maildir.getByRole('button', { name: 'Choose the folder…' }), [at('Old (3)')]);
    await maildir.getByText(`${few} messages were imported into “In Maildir”.`).waitFor({ timeout: 60_000 });
    await page.keyboard.press('Escape');
    await maildir.waitFor({ state: 'detached' });
    const told = (messages: readonly RawMessage[]): string[] =>
      messages
        .map(
          (one) => `${one.sha256} ${Date.parse(one.internalDate.trim())} ${[...one.flags].sort().join(' ')}`,
        )
        .sort();
    expect(told(await raw.messages('In Maildir'))).toEqual(told(old));

    await menu('In eml', 'Import…');
    const eml = dialog('Import into “In eml”');
    await eml.waitFor();
    const box = await eml.boundingBox();
    const debug = await page.context().newCDPSession(page);
    const drop = { items: [], files: [at('Old (2)')], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await debug.send('Input.dispatchDragEvent', {
        type,
        x: (box?.x ?? 0) + 100,
        y: (box?.y ?? 0) + 100,
        data: drop,
      });
    await eml.getByText(`${few} messages were imported into “In eml”.`).waitFor({ timeout: 60_000 });
    await page.keyboard.press('Escape');
    expect(sums(await raw.messages('In eml'))).toEqual(sums(old));
    // Nothing that was handed over stays in the profile.
    expect(readdirSync(join(opened.profile, 'transfers'))).toEqual([]);
  });

  test('attachments are saved one and all under safe names, beside what is there', async () => {
    await folder('Inbox').click();
    await page.locator('.row-subject', { hasText: 'Two of one name' }).click();
    const card = page.locator('.stage:not([inert]) .files-list .file').first();
    await look('files');
    for (const name of ['list.csv', 'list (2).csv']) {
      await card.getByRole('button', { name: /^list\.csv, .*, save$/ }).click();
      await page.locator('.toast', { hasText: `Saved ${name} in Downloads` }).waitFor();
      expect(readFileSync(at(name), 'utf8')).toBe('one');
    }
    const before = new Set(readdirSync(downloads));
    await page.getByRole('button', { name: 'Save all', exact: true }).click();
    // One of them is a program: that is said first.
    const question = page.getByRole('dialog', { name: 'This is a program' });
    await question.getByText('invoice.pdftxt.exe').waitFor();
    expect(readdirSync(downloads).filter((name) => !before.has(name))).toEqual([]);
    await question.getByRole('button', { name: 'Save all the same' }).click();
    await page.locator('.toast', { hasText: 'Saved 4 attachments in Downloads' }).waitFor();
    const fresh = readdirSync(downloads).filter((name) => !before.has(name));
    expect(fresh.map((name) => `${name} ${readFileSync(at(name), 'utf8')}`).sort()).toEqual(
      ['bashrc three', 'invoice.pdftxt.exe four', 'list (3).csv one', 'list (4).csv two'].sort(),
    );
    expect(fresh.every((name) => (statSync(at(name)).mode & 0o111) === 0)).toBe(true);
    await page.keyboard.press('Control+s');
    await page.locator('.toast', { hasText: 'Saved Two of one name.eml in Downloads' }).waitFor();
    expect(sumOf(readFileSync(at('Two of one name.eml')))).toBe(sumOf(files));
    expect(readdirSync(dir).sort()).not.toContain('.bashrc');
  });

  test('all of it is open to keyboard and screen reader, and no page wrote an error', () => {
    expect(faults).toEqual([]);
    expect(posthorn.problems).toEqual([]);
  });
});
