import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';

const lockSchema = v.object({ pid: v.number(), startedAt: v.string(), starttime: v.nullable(v.string()) });

export interface ProfileLock {
  release(): void;
}

/**
 * One main per profile: `profile.lock` holds the owner's pid and start time, so that a pid given to
 * another program after a crash or reboot is recognised as stale. Throws `profile-in-use`.
 */
export function takeProfileLock(path: string): ProfileLock {
  const mine = JSON.stringify({
    pid: process.pid,
    startedAt: new Date().toISOString(),
    starttime: starttimeOf(process.pid),
  });
  claim(path, mine);
  return {
    release() {
      // Never somebody else's: whoever found ours stale has it now.
      if (readLock(path) === mine) rmSync(path, { force: true });
    },
  };
}

/**
 * Makes `path` ours. A new name is taken by link(), which fails when it exists: of two starts at once exactly one
 * wins. A stale lock is only replaced by whoever holds the lock of *that very* stale lock (a name made of its
 * content): nobody else touches it, so what was read is what is replaced, in one rename. A start that dies while it
 * takes over leaves a stale lock of that second kind, which is taken over in the same way.
 */
function claim(path: string, mine: string): void {
  const temporary = `${path}.${process.pid}`;
  for (;;) {
    writeFileSync(temporary, mine, { mode: 0o600 });
    try {
      linkSync(temporary, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
    const theirs = readLock(path);
    if (theirs === null) continue;
    if (ownerLives(theirs)) throw inUse();
    const over = `${path}.${createHash('sha256').update(theirs).digest('hex').slice(0, 16)}`;
    claim(over, mine);
    try {
      if (readLock(path) !== theirs) continue;
      writeFileSync(temporary, mine, { mode: 0o600 });
      renameSync(temporary, path);
      return;
    } finally {
      rmSync(over, { force: true });
    }
  }
}

function readLock(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function inUse(): AppError {
  return new AppError({
    code: 'profile-in-use',
    scope: 'app',
    next: 'tell-user',
    detail:
      'Posthorn is already running with this profile. Use that window, or choose another profile with --profile.',
  });
}

function ownerLives(lock: string): boolean {
  try {
    const parsed = v.safeParse(lockSchema, JSON.parse(lock));
    if (!parsed.success) return false;
    process.kill(parsed.output.pid, 0);
    return parsed.output.pid !== process.pid && starttimeOf(parsed.output.pid) === parsed.output.starttime;
  } catch (error) {
    // Another user's process is alive too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
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
