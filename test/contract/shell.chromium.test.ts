import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShell } from '../../src-main/shell/open-shell.ts';
import { findBrowser } from '../../src-main/shell/chromium/find-browser.ts';
import type { Shell } from '../../src-main/shell/shell.ts';
import { gone, talk, until } from './shell/page-talk.ts';
import { shellChecks } from './shell/shell-checks.ts';
import { checkOptions } from './shell/check-options.ts';

const binary = await findBrowser();
if (binary === undefined) console.info('Chromium shell: skipped, for no Chromium or Chrome was found.');

// With windows: xvfb-run -a env POSTHORN_TEST_WINDOWS=1 npx vitest run test/contract/shell.chromium.test.ts
const headless = process.env['POSTHORN_TEST_WINDOWS'] === undefined;

const open: Shell[] = [];
let profileDir = '';

beforeEach(async () => {
  profileDir = await mkdtemp(join(tmpdir(), 'posthorn-shell-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((shell) => shell.quit()));
  await rm(profileDir, { recursive: true, force: true });
});

async function start(): Promise<Shell> {
  const shell = await openShell(checkOptions(profileDir, headless));
  open.push(shell);
  return shell;
}

/** Processes whose command line names this test's profile. */
async function browserProcesses(): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(`--user-data-dir=${profileDir}/`)) found.push(Number(entry));
  }
  return found;
}

describe.skipIf(binary === undefined)('the Chromium shell', () => {
  for (const check of shellChecks) {
    test(check.name, async () => {
      for (const phase of check.phases) {
        const shell = await start();
        await phase(shell);
        await shell.quit();
      }
    });
  }

  test.skipIf(process.platform !== 'linux')('reports pages that crashed and opens new ones', async () => {
    const shell = await start();
    const store = await shell.openPage({ path: '/store.html', hidden: true });
    const page = await shell.openPage({ path: '/index.html', hidden: false });
    await Promise.all([store.ready, page.ready]);
    const reasons = Promise.all([gone(store), gone(page)]);
    for (const pid of await rendererProcesses(shell)) process.kill(pid, 'SIGKILL');
    expect(await reasons).toEqual(['crashed', 'crashed']);
    const again = await shell.openPage({ path: '/store.html', hidden: true });
    await again.ready;
    expect(await talk(again).ask('length', 'abc')).toBe(3);
    const window = await shell.openPage({ path: '/index.html', hidden: false });
    await window.ready;
    expect(await talk(window).ask('length', 'abcd')).toBe(4);
  });

  test.skipIf(process.platform !== 'linux')('leaves no process behind when it quits', async () => {
    const shell = await start();
    await (
      await shell.openPage({ path: '/index.html', hidden: false })
    ).ready;
    expect((await browserProcesses()).length).toBeGreaterThan(0);
    expect((await shell.processIds()).length).toBeGreaterThan(1);
    await shell.quit();
    await shell.gone;
    // Its helpers see that it is gone, and go.
    await expect.poll(browserProcesses, { timeout: 20_000 }).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('says that the browser is gone when it is killed', async () => {
    const shell = await start();
    const page = await shell.openPage({ path: '/index.html', hidden: false });
    await page.ready;
    const reason = gone(page);
    for (const pid of await shell.processIds()) process.kill(pid, 'SIGKILL');
    await shell.gone;
    expect(['browser-gone', 'crashed', 'closed']).toContain(await reason);
    await expect(shell.openPage({ path: '/index.html', hidden: true })).rejects.toThrow();
  });

  test.skipIf(process.platform !== 'linux')(
    'dies with a killed main, and the next start finds the database',
    async () => {
      const host = fileURLToPath(new URL('shell/chromium-host.ts', import.meta.url));
      const main = spawn(process.execPath, [host, profileDir], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => main.stdout.once('data', resolve));
      expect((await browserProcesses()).length).toBeGreaterThan(0);
      main.kill('SIGKILL');
      // At once: the old browser may still be going.
      const shell = await start();
      const page = await shell.openPage({ path: '/store.html', hidden: true });
      await page.ready;
      expect(await talk(page).ask('get')).toBe('from the killed one');
      await shell.quit();
      await until(async () => (await browserProcesses()).length === 0);
    },
  );
});

async function rendererProcesses(shell: Shell): Promise<number[]> {
  const renderers: number[] = [];
  for (const pid of await shell.processIds()) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes('--type=renderer')) renderers.push(pid);
  }
  return renderers;
}
