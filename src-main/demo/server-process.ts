import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { within } from './waiting.ts';

/** Full path of a server's program, also from the sbin folders that a user's PATH leaves out; undefined when absent. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export const isRoot = (): boolean => process.getuid?.() === 0;

export interface Ids {
  uid: number;
  gid: number;
  user: string;
  group: string;
}

/** Uid and gid of a system user, or undefined where there is none of that name. */
export function idsOf(user: string): Ids | undefined {
  const ask = (flag: string): string => spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim();
  const uid = Number.parseInt(ask('-u'), 10);
  const gid = Number.parseInt(ask('-g'), 10);
  if (Number.isNaN(uid) || Number.isNaN(gid)) return undefined;
  return { uid, gid, user, group: ask('-gn') };
}

/** Who runs us, in the shape that server configurations ask for. */
export function ownIds(): Ids {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const ask = (flag: string, fallback: number): string => {
    const said = spawnSync('id', [flag], { encoding: 'utf8' }).stdout.trim();
    return said === '' ? String(fallback) : said;
  };
  return { uid, gid, user: ask('-un', uid), group: ask('-gn', gid) };
}

/**
 * A new folder that servers which drop root can enter: mode 755, directly below the temporary folder. A parent of
 * mode 700 (a home, a test's own folder) would lock them out.
 */
export function serverDir(prefix: string): string {
  const dir = mkdtempSync(join(tmpdir(), `posthorn-${prefix}-`));
  chmodSync(dir, 0o755);
  return dir;
}

const atEnd = new Set<() => void>();
let watching = false;

/** Runs `now` (synchronously) when this process ends, whichever way that can be noticed. Returns the way to forget it. */
export function whenProcessEnds(now: () => void): () => void {
  if (!watching) {
    watching = true;
    const all = (): void => {
      for (const one of [...atEnd]) one();
      atEnd.clear();
    };
    process.once('exit', all);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        all();
        // Somebody else's handler decides what the signal means; without one it means what it always means.
        if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
      });
    }
  }
  atEnd.add(now);
  return () => atEnd.delete(now);
}

export interface ServerProcess {
  pid: number;
  /** Exit code or signal name, once it is gone. */
  readonly ended: string | undefined;
  /** What it said on standard output and error, the last 64 KB. */
  said(): string;
  signal(name: NodeJS.Signals): void;
  /** Asks it to end (SIGTERM), and after `withinMs` makes it (SIGKILL); resolves when it is gone. */
  stop(withinMs?: number): Promise<void>;
}

/**
 * Starts a server in the foreground, tied to this process: it gets SIGTERM when we end, and on Linux also when we are
 * killed (parent-death signal), so that nothing is left behind.
 */
export function startProcess(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; detached?: boolean } = {},
): ServerProcess {
  const setpriv = findProgram('setpriv');
  const [command, all] =
    setpriv === undefined ? [program, [...args]] : [setpriv, ['--pdeathsig', 'TERM', program, ...args]];
  const child: ChildProcess = spawn(command, all, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? process.env,
    detached: options.detached ?? false,
  });
  let said = '';
  const note = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-65536);
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  let ended: string | undefined;
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended ??= error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      ended ??= signal ?? `exit code ${code}`;
      resolve();
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    if (ended === undefined) child.kill(name);
  };
  const forget = whenProcessEnds(() => signal('SIGTERM'));
  void gone.then(forget);
  return {
    pid: child.pid ?? -1,
    get ended() {
      return ended;
    },
    said: () => said,
    signal,
    async stop(withinMs = 8000) {
      signal('SIGTERM');
      try {
        await within(`${program} to end`, withinMs, gone);
      } catch {
        signal('SIGKILL');
        await gone;
      }
    },
  };
}

/** Removes a server's folder; files may still appear in it while its last children end, hence the retries. */
export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
