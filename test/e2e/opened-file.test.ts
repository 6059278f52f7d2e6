import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDisplay, RealWindow, type Display } from '../harness/real-window.ts';
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
