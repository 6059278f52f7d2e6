/**
 * Main of the Electron that runs one phase of one check: `electron main.js <profile> <check> <phase>`.
 * Built together with the preload by shell.electron.test.ts. Exit code 0 when the phase held.
 */
import { app } from 'electron';
import { openShell, prepareShell } from '../../../src-main/shell/open-shell.ts';
import { checkOptions } from './check-options.ts';
import { shellChecks } from './shell-checks.ts';

const [profileDir = '', check = '', phase = '', pages = ''] = process.argv.slice(-4);
await prepareShell({ profileDir, headless: true });

const run = async (): Promise<void> => {
  const shell = await openShell({ ...checkOptions(profileDir, true), rendererDir: pages });
  await shellChecks[Number(check)]?.phases[Number(phase)]?.(shell);
  await shell.quit();
};

run().then(
  () => app.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    app.exit(1);
  },
);
