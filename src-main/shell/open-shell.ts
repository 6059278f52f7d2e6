import { openChromiumShell } from './chromium/chromium-shell.ts';
import { tellFirstStart } from './chromium/second-instance.ts';
import type { Shell, ShellOptions } from './shell.ts';

const isElectron = process.versions['electron'] !== undefined;

/**
 * To be awaited at the top level of main.ts, before anything slow: Electron takes its scheme, profile
 * and switches only before it is ready. Nothing happens in the other shell. `openShell` must then
 * be called without a top-level await, for Electron is not ready before the entry module has ended.
 */
export async function prepareShell(options: { profileDir: string; headless: boolean }): Promise<void> {
  if (!isElectron) return;
  const { prepareElectron } = await import('./electron/prepare-electron.ts');
  prepareElectron(options);
}

/**
 * Starts the shell this process can have: Electron when it runs inside Electron, else the system's
 * Chromium. Throws an AppError (`not-found`) that names the one thing to install, or
 * `profile-in-use` when another Posthorn keeps the profile for more than 10 s.
 */
export async function openShell(options: ShellOptions): Promise<Shell> {
  if (!isElectron) return openChromiumShell(options);
  const { openElectronShell } = await import('./electron/electron-shell.ts');
  return openElectronShell(options);
}

/**
 * For a start that found its profile in use: the first one is told the arguments and shows itself
 * (`ShellOptions.onSecondInstance`). False when nobody answered.
 */
export async function tellFirstInstance(profileDir: string, argv: readonly string[]): Promise<boolean> {
  if (!isElectron) return await tellFirstStart(profileDir, argv);
  const { tellFirstElectron } = await import('./electron/prepare-electron.ts');
  return tellFirstElectron();
}
