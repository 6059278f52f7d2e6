import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDisplay, RealWindow, type Display } from '../harness/real-window.ts';
import { smallPng } from '../fixtures/small-media.ts';
import { pagesFor } from '../harness/built-pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-eml-'));
let pages: string;
let display: Display | null = null;
beforeAll(async () => {
  display = await findDisplay();
  pages = await pagesFor(folder);
});
afterAll(async () => {
  await display?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

test('an .eml file given as argument is shown, and asks for nothing', async () => {
  if (display === null) throw new Error('no display, and no Xvfb to make one');
  const file = join(folder, 'letter.eml');
  writeFileSync(
    file,
    [
      'From: Ada Lovelace <ada@example.test>',
      'To: ann@example.test',
      'Subject: The engine',
      'Date: Mon, 16 Nov 2026 10:00:00 +0000',
      'MIME-Version: 1.0',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>It weaves <b>algebraic</b> patterns.</p><img src="https://tracker.example.test/x.png"><script>document.title = "run"</script>',
      '',
    ].join('\r\n'),
  );
  const window = await RealWindow.open({
    profile: join(folder, 'profile'),
    flags: [file],
    passphrase: 'only for tests',
    display: display.name,
    pages,
  });
  try {
    const { page } = window;
    await page.getByRole('heading', { name: 'The engine' }).first().waitFor();
    await page.frameLocator('iframe').first().getByText('algebraic').waitFor();
    expect(await page.getByText('Ada Lovelace').first().isVisible()).toBe(true);
    expect(await page.getByRole('toolbar').filter({ hasText: 'Archive' }).count()).toBe(0);
    await page.getByText('A file, in none of your folders').waitFor();
    // Nothing is said of mail where no account could bring any.
    await page.getByText('Add one, and your mail appears here.').waitFor();
    await page.screenshot({ path: join('test-artefacts', 'opened-file.png') });
    expect(window.problems).toEqual([]);
  } finally {
    await window.kill();
  }
});

test('pictures that a page brings along under its addresses are drawn, and not listed', async () => {
  if (display === null) throw new Error('no display, and no Xvfb to make one');
  const file = join(folder, 'page.eml');
  const picture = (colour: readonly [number, number, number]): string =>
    smallPng(120, 60, [...colour]).toString('base64');
  writeFileSync(
    file,
    [
      'From: Ada Lovelace <ada@example.test>',
      'To: ann@example.test',
      'Subject: The page',
      'Date: Mon, 16 Nov 2026 10:00:00 +0000',
      'MIME-Version: 1.0',
      'Content-Type: multipart/related; boundary=sep; type="text/html"',
      '',
      '--sep',
      'Content-Type: text/html; charset=utf-8',
      'Content-Location: https://page.leak.test/n/index.html',
      '',
      '<p>Two drawings</p><img src="a.png"><table background="https://page.leak.test/b.png" width=120 height=60><tr><td>behind</td></tr></table>',
      '--sep',
      'Content-Type: image/png',
      'Content-Location: https://page.leak.test/n/a.png',
      'Content-Transfer-Encoding: base64',
      '',
      picture([200, 30, 30]),
      '--sep',
      'Content-Type: image/png',
      'Content-Location: https://page.leak.test/b.png',
      'Content-Transfer-Encoding: base64',
      '',
      picture([30, 160, 30]),
      '--sep',
      'Content-Type: image/png; name=third.png',
      'Content-Transfer-Encoding: base64',
      '',
      picture([30, 30, 200]),
      '--sep--',
      '',
    ].join('\r\n'),
  );
  const window = await RealWindow.open({
    profile: join(folder, 'page-profile'),
    flags: [file],
    passphrase: 'only for tests',
    display: display.name,
    pages,
  });
  try {
    const { page } = window;
    const mail = page.frameLocator('iframe').first();
    await mail.getByText('Two drawings').waitFor();
    await expect
      .poll(() => mail.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBe(120);
    expect(
      await mail.locator('table').evaluate((table) => table.style.backgroundImage.slice(0, 20)),
    ).toContain('data:image/png');
    await page.getByText('third.png').first().waitFor();
    expect(await page.getByText('image.png').count()).toBe(0);
    await page.screenshot({ path: join('test-artefacts', 'opened-page.png') });
    expect(window.problems).toEqual([]);
  } finally {
    await window.kill();
  }
});
