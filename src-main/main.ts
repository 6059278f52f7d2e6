import { readFileSync, statSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError, toAppError } from '../src-shared/error.ts';
import { argumentFault } from './composition/start-arguments.ts';
import { openPosthorn } from './posthorn.ts';
import { appRoot } from './platform/app-root.ts';
import { appVersion } from './platform/app-version.ts';
import { makeDirectory } from './platform/atomic-file.ts';
import { helpText } from './platform/help-text.ts';
import { readOptions, UsageError, type Options } from './platform/options.ts';
import { ownArguments } from './platform/own-arguments.ts';
import { profilePaths } from './platform/paths.ts';
import { takeProfileLock } from './platform/profile-lock.ts';
import { prepareShell, tellFirstInstance } from './shell/open-shell.ts';

/** True in a checkout, also as the bundle that Electron runs there. */
const checkout = globalThis.posthornPackaged !== true;

const given = ownArguments(process, appRoot);

const exitCodes = { usage: 2, profileInUse: 3, failed: 1 } as const;

function say(words: string): void {
  writeSync(2, `posthorn: ${words}\n`);
}

async function main(options: Options): Promise<number> {
  const passphrase = readPassphrase(options);
  const paths = profilePaths(options.profile);
  await makeDirectory(options.profile);
  let lock;
  try {
    lock = takeProfileLock(paths.lock);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'profile-in-use') throw error;
    if (!options.headless && (await tellFirstInstance(options.profile, absoluteArguments()))) return 0;
    say(error.data.detail);
    return exitCodes.profileInUse;
  }
  try {
    return await openPosthorn({ options, paths, passphrase, checkout });
  } finally {
    lock.release();
  }
}

/** For the start that is open already, which may stand in another folder. */
function absoluteArguments(): string[] {
  return given.map((argument) => (argument.endsWith('.eml') ? resolve(argument) : argument));
}

function readOptionsOrExit(): Options {
  try {
    return readOptions(given, checkout);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(error.message);
    process.exit(exitCodes.usage);
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** From the file descriptor or the environment, taken out of the environment of all children. */
function readPassphrase(options: Options): string | null {
  const fromEnvironment = process.env['POSTHORN_PASSPHRASE'] ?? null;
  delete process.env['POSTHORN_PASSPHRASE'];
  if (options.passphraseFd === null) return fromEnvironment;
  return readFileSync(options.passphraseFd, 'utf8').replace(/\r?\n$/, '');
}

const options = readOptionsOrExit();
if (options.help) {
  writeSync(1, helpText(appVersion, checkout));
  process.exit(0);
}
const fault = argumentFault(options.argument, isFile);
if (fault !== null) {
  say(fault);
  process.exit(exitCodes.usage);
}
// Electron takes its scheme and switches only before it is ready, and is ready only after this module has ended.
await prepareShell({ profileDir: options.profile, headless: options.headless });
main(options).then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    const error = toAppError(thrown);
    say(error.data.detail);
    if (error.code === 'bug' && thrown instanceof Error) say(thrown.stack ?? thrown.message);
    process.exit(exitCodes.failed);
  },
);
