import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import { AppError } from '../../../src-shared/error.ts';
import { delay, systemClock } from '../../platform/clock.ts';
import { CdpConnection } from './cdp-connection.ts';
import { childEnvironment } from './browser-arguments.ts';

/** The browser refuses to start: its profile is used by another one. */
const profileInUse = 21;
const oldBrowserPatience = 10_000;

export interface RunningBrowser {
  readonly connection: CdpConnection;
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  /** Waits until the browser and its children are gone; kills what is left after `patience` ms. */
  waitGone(patience: number): Promise<void>;
}

/**
 * Starts the browser and waits until it answers. A browser left by a killed main ends by itself
 * when its pipe closes; it may take some seconds, for which we wait (at most 10 s, then it is killed).
 */
export async function startBrowser(
  binary: string,
  args: readonly string[],
  browserDir: string,
): Promise<RunningBrowser> {
  await mkdir(browserDir, { recursive: true, mode: 0o700 });
  return holdingProcess(async () => {
    await waitForOldBrowser(browserDir);
    const start = systemClock.monotonic();
    for (;;) {
      const attempt = await launch(binary, args);
      if (attempt.running !== undefined) return attempt.running;
      const spent = systemClock.monotonic() - start;
      if (attempt.code !== profileInUse || spent > oldBrowserPatience) throw failedStart(binary, attempt);
      await delay(systemClock, 200);
    }
  });
}

interface Attempt {
  running?: RunningBrowser;
  code: number | null;
  words: string;
}

async function launch(binary: string, args: readonly string[]): Promise<Attempt> {
  // A group of its own: Ctrl+C in the terminal reaches only main, which then quits in order.
  const child = spawn(binary, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: childEnvironment(process.env),
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4000);
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', (error) => {
      words += error.message;
      resolve(null);
    });
  });
  const connection = new CdpConnection(child.stdio[4] as Readable, child.stdio[3] as Writable);
  const answered = connection.send('Browser.getVersion', {}).then(
    () => true,
    () => false,
  );
  const isUp = await Promise.race([answered, exited.then(() => false)]);
  if (!isUp || child.pid === undefined) return { code: await exited, words };
  const pid = child.pid;
  const gone = exited.then(() => undefined);
  return {
    running: { connection, pid, exited: gone, waitGone: (patience) => waitGone(child, pid, gone, patience) },
    code: null,
    words,
  };
}

async function waitGone(
  child: ChildProcess,
  pid: number,
  exited: Promise<void>,
  patience: number,
): Promise<void> {
  await holdingProcess(async () => {
    await Promise.race([exited, delay(systemClock, patience)]);
    // Databases are the browser process's; what is left of its group has nothing more to write.
    killGroup(child, pid);
    await exited;
  });
}

/** Kills a started browser with all its processes, at once. */
function killGroup(child: ChildProcess, pid: number): void {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already, which is what we want.
  }
}

/** Waits for the browser that holds this profile's lock, if it is alive, and kills it after 5 s: its main is dead. */
async function waitForOldBrowser(browserDir: string): Promise<void> {
  const lock = join(browserDir, 'SingletonLock');
  const start = systemClock.monotonic();
  let killed = false;
  for (;;) {
    const owner = await lockOwner(lock);
    if (owner === undefined) return;
    if (owner.host !== hostname() || !(await isBrowserOf(owner.pid, browserDir))) {
      // Main holds the profile's own lock by now, so this one is a leftover (of a machine that was renamed, or killed).
      await rm(lock, { force: true });
      return;
    }
    const spent = systemClock.monotonic() - start;
    if (spent > oldBrowserPatience) throw inUse();
    if (!killed && spent > oldBrowserPatience / 2) {
      killed = true;
      try {
        process.kill(owner.pid, 'SIGKILL');
      } catch {
        // It went by itself in this moment.
      }
    }
    await delay(systemClock, 50);
  }
}

/** Chromium's lock is a symbolic link to "host-pid"; there is none on Windows. */
async function lockOwner(lock: string): Promise<{ host: string; pid: number } | undefined> {
  try {
    const target = await readlink(lock);
    const dash = target.lastIndexOf('-');
    return { host: target.slice(0, dash), pid: Number(target.slice(dash + 1)) };
  } catch {
    return undefined;
  }
}

async function isBrowserOf(pid: number, browserDir: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes(`--user-data-dir=${browserDir}`);
  } catch {
    return false;
  }
}

/** Timers of the clock do not keep the process alive; while we wait for the browser something must. */
async function holdingProcess<T>(work: () => Promise<T>): Promise<T> {
  const hold = new MessageChannel();
  hold.port1.on('message', () => undefined);
  try {
    return await work();
  } finally {
    hold.port1.close();
  }
}

function inUse(): AppError {
  return new AppError({
    code: 'profile-in-use',
    scope: 'app',
    next: 'tell-user',
    detail:
      'Another Posthorn still uses this profile. Nothing was changed. Close it, or wait a few seconds and start again.',
  });
}

function failedStart(binary: string, attempt: Attempt): AppError {
  if (attempt.code === profileInUse) return inUse();
  const isSandbox = /sandbox|namespace/i.test(attempt.words);
  const lastLine = attempt.words.trim().split('\n').at(-1) ?? '';
  return new AppError({
    code: 'not-found',
    scope: 'app',
    next: 'tell-user',
    detail: isSandbox
      ? `${binary} could not set up its sandbox, and Posthorn does not run without it. Allow unprivileged user namespaces, or install the package chromium-sandbox. It said: ${lastLine}`
      : `${binary} did not start, so there is nothing to show the window with. Your mail is untouched. It said: ${lastLine === '' ? `exit code ${String(attempt.code)}` : lastLine}`,
  });
}
