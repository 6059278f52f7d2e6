import { readFileSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { AppError, toAppError } from '../src-shared/error.ts';
import { openPosthorn } from './posthorn.ts';
import { readOptions, UsageError, type Options } from './platform/options.ts';
import { profilePaths } from './platform/paths.ts';
import { takeProfileLock, tellFirst } from './platform/profile-lock.ts';

/** True in a checkout, where the sources lie beside us; the packaged program is one bundle. */
const checkout = import.meta.url.endsWith('/src-main/main.ts');

const exitCodes = { usage: 2, profileInUse: 3, failed: 1 } as const;

function say(words: string): void {
  writeSync(2, `posthorn: ${words}\n`);
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2).filter((argument) => argument !== '.'), checkout);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(error.message);
    return exitCodes.usage;
  }
  const passphrase = readPassphrase(options);
  const paths = profilePaths(options.profile);
  await mkdir(options.profile, { recursive: true, mode: 0o700 });
  // Socket names are short (108 bytes), profiles need not be.
  const name = createHash('sha256').update(options.profile).digest('hex').slice(0, 16);
  const socketDirectory = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `posthorn-${process.getuid?.() ?? 0}-${name}`);
  await mkdir(socketDirectory, { recursive: true, mode: 0o700 });
  let lock;
  try {
    lock = takeProfileLock(paths.lock, socketDirectory);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'profile-in-use') throw error;
    if (!options.headless && (await tellFirst(socketDirectory, process.argv.slice(2)))) return 0;
    say(error.data.detail);
    return exitCodes.profileInUse;
  }
  try {
    return await openPosthorn({ options, paths, lock, passphrase, checkout });
  } finally {
    lock.release();
  }
}

/** From the file descriptor or the environment, taken out of the environment of all children. */
function readPassphrase(options: Options): string | null {
  const fromEnvironment = process.env['POSTHORN_PASSPHRASE'] ?? null;
  delete process.env['POSTHORN_PASSPHRASE'];
  if (options.passphraseFd === null) return fromEnvironment;
  return readFileSync(options.passphraseFd, 'utf8').replace(/\r?\n$/, '');
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    const error = toAppError(thrown);
    say(error.data.detail);
    if (error.code === 'bug' && thrown instanceof Error) say(thrown.stack ?? thrown.message);
    process.exit(exitCodes.failed);
  },
);
