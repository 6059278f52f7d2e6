import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
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
  return {
    release: () => rmSync(path, { force: true }),
  };
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
