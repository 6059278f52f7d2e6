import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';

const lockSchema = v.object({ pid: v.number(), startedAt: v.string(), starttime: v.nullable(v.string()) });

export interface ProfileLock {
  /** A second start of the same profile hands its arguments over here. */
  onSecondStart(listener: (argv: string[]) => void): void;
  release(): void;
}

/**
 * One main per profile: `profile.lock` holds the owner's pid and start time, so that a pid given to
 * another program after a crash or reboot is recognised as stale. Throws `profile-in-use`.
 */
export function takeProfileLock(path: string, socketDirectory: string): ProfileLock {
  const mine = JSON.stringify({ pid: process.pid, startedAt: new Date().toISOString(), starttime: starttimeOf(process.pid) });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, mine, { mode: 0o600 });
  try {
    // link() fails when the name exists: of two starts at once exactly one wins.
    for (let attempt = 0; ; attempt += 1) {
      try {
        linkSync(temporary, path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw error;
        if (ownerLives(path)) throw inUse();
        rmSync(path, { force: true });
      }
    }
  } finally {
    unlinkSync(temporary);
  }
  const listeners: ((argv: string[]) => void)[] = [];
  const server = listen(socketOf(socketDirectory), (argv) => {
    for (const listener of listeners) listener(argv);
  });
  return {
    onSecondStart: (listener) => void listeners.push(listener),
    release() {
      server?.close();
      rmSync(path, { force: true });
    },
  };
}

/** Tells the running Posthorn of this profile to come forward; true when it heard. */
export function tellFirst(socketDirectory: string, argv: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketOf(socketDirectory));
    socket.setTimeout(3_000, () => socket.destroy());
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.end(`${JSON.stringify(argv)}\n`));
    socket.on('close', (hadError) => resolve(!hadError));
  });
}

function inUse(): AppError {
  return new AppError({
    code: 'profile-in-use',
    scope: 'app',
    next: 'tell-user',
    detail: 'Posthorn is already running with this profile. Use that window, or choose another profile with --profile.',
  });
}

function ownerLives(path: string): boolean {
  try {
    const parsed = v.safeParse(lockSchema, JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) return false;
    process.kill(parsed.output.pid, 0);
    return parsed.output.pid !== process.pid && starttimeOf(parsed.output.pid) === parsed.output.starttime;
  } catch {
    return false;
  }
}

/** Field 22 of /proc/PID/stat: start of the process in clock ticks since boot; null elsewhere. */
function starttimeOf(pid: number): string | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Unix socket names are at most ~100 bytes, so it lies in a short place named after the profile. */
function socketOf(directory: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\posthorn-${Buffer.from(directory).toString('hex').slice(-60)}` : join(directory, 's');
}

function listen(path: string, onArgv: (argv: string[]) => void): Server | null {
  if (process.platform !== 'win32' && path.length > 100) return null;
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > 65_536) socket.destroy();
    });
    socket.on('end', () => {
      const parsed = v.safeParse(v.array(v.string()), safeJson(text));
      if (parsed.success) onArgv(parsed.output);
    });
    socket.on('error', () => undefined);
  });
  server.on('error', () => undefined);
  server.listen(path);
  server.unref();
  return server;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
