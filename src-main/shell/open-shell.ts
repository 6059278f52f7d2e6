import { openChromiumShell } from './chromium/chromium-shell.ts';
import type { Shell, ShellOptions } from './shell.ts';

/**
 * Starts the shell this process can have: Electron when it runs inside Electron, else the system's
 * Chromium. Throws an AppError (`not-found`) that names the one thing to install, or
 * `profile-in-use` when another browser keeps the profile for more than 10 s.
 */
export async function openShell(options: ShellOptions): Promise<Shell> {
  if (process.versions['electron'] === undefined) return openChromiumShell(options);
  const { openElectronShell } = await import('./electron/electron-shell.ts');
  return openElectronShell(options);
}
