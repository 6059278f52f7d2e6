import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import { appRoot } from '../platform/app-root.ts';

/** The demo is a program of its own with a profile of its own, so that its mail never mixes with the user's. */
export function startDemo(checkout: boolean): void {
  if (!checkout) {
    throw new AppError({
      code: 'not-yet',
      scope: 'app',
      next: 'tell-user',
      detail: 'The demo runs from a checkout: npm run demo.',
    });
  }
  spawn(process.execPath, [join(appRoot, 'src-main', 'setup', 'run.mjs'), 'demo'], {
    cwd: appRoot,
    // Under Electron the set-up is run by the Node inside it; any other program ignores the word.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    detached: true,
    stdio: 'ignore',
  }).unref();
}
