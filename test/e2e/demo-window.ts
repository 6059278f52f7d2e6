import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { dovecotMissing } from '../../src-main/demo/dovecot.ts';
import { startDemoWorld, type DemoPerson, type DemoWorld } from '../../src-main/demo/world.ts';
import { pagesFor } from '../harness/built-pages.ts';
import { findDisplay, RealWindow, type Display } from '../harness/real-window.ts';
import { RawImap } from '../servers/raw-imap.ts';

const wide = { width: 1440, height: 900 };

/** The size and the light of the pictures, and nothing that moves. */
export async function showCalmly(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** What a window on real servers needs and this computer lacks, in words; null: nothing. */
interface Stage {
  display: Display | null;
  reason: string | null;
  /** For the name of the tests, so that a report says why they did not run. */
  skipped: string;
}

/** Looks once for servers and a display; `name` says on standard error which tests do not run without. */
export async function findStage(name: string, alsoMissing?: string): Promise<Stage> {
  const missing = dovecotMissing() ?? alsoMissing;
  const display = missing === undefined ? await findDisplay() : null;
  const reason =
    missing ?? (display === null ? 'there is no display, and no Xvfb to make one (package xvfb)' : null);
  if (reason !== null) process.stderr.write(`${name}: not run: ${reason}\n`);
  return { display, reason, skipped: reason === null ? '' : ` (skipped: ${reason})` };
}

interface DemoWindowOptions {
  display: Display | null;
  /** Messages made up for each account. */
  count: number;
  /** Before the program starts: more mail on the servers, ways to them. */
  prepare?: (world: DemoWorld) => void;
}

/** The real program with its window on the demo's servers; nothing is set up in it yet. */
export class DemoWindow {
  readonly dir: string;
  readonly world: DemoWorld;
  readonly posthorn: RealWindow;

  private constructor(dir: string, world: DemoWorld, posthorn: RealWindow) {
    this.dir = dir;
    this.world = world;
    this.posthorn = posthorn;
  }

  static async open({ display, count, prepare }: DemoWindowOptions): Promise<DemoWindow> {
    const dir = mkdtempSync(join(tmpdir(), 'posthorn-window-'));
    const world = await startDemoWorld({ count });
    prepare?.(world);
    const posthorn = await RealWindow.open({
      profile: join(dir, 'profile'),
      pages: await pagesFor(dir),
      flags: world.flags,
      passphrase: 'kade, sluis en vuurtoren',
      display: display?.name ?? '',
    });
    posthorn.page.setDefaultTimeout(20_000);
    await posthorn.page.setViewportSize(wide);
    return new DemoWindow(dir, world, posthorn);
  }

  get page(): Page {
    return this.posthorn.page;
  }

  get profile(): string {
    return join(this.dir, 'profile');
  }

  /** The first person of the world. */
  get ina(): DemoPerson {
    return this.world.accounts[0] as DemoPerson;
  }

  /** From the welcome screen to an inbox that is up to date, as a person does it. */
  async addFirstAccount(): Promise<void> {
    const { page, ina } = this;
    await page.getByRole('heading', { name: 'Welcome to Posthorn' }).waitFor();
    await page.keyboard.type(ina.address);
    await page.keyboard.press('Enter');
    await page.locator('#wizard-password').waitFor();
    await page.keyboard.type(ina.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Fetch my mail' }).click();
    await page.locator('.status-line', { hasText: 'All mail up to date' }).waitFor({ timeout: 60_000 });
  }

  /** Another connection to that person's mail, which sees what is on the server. */
  async rawImap(): Promise<RawImap> {
    const { dovecot } = this.world;
    const { address, password } = this.ina;
    return await RawImap.open({ port: dovecot.imapsPort, ca: dovecot.ca, user: address, password });
  }

  async close(): Promise<void> {
    await this.posthorn.quit();
    await this.world.stop();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
