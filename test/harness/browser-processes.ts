import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './headless.ts';

/** The process ids of every Chromium that works on this profile, read from /proc; a dead one that nobody reaped is none. */
export function browserProcesses(profile: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(join(profile, 'browser')))
    .map(Number);
}

/** Throws away the cache of a profile, as a user or a crash would; a browser that outlived its main still writes there. */
export async function loseCache(profile: string): Promise<void> {
  await until(
    () => Promise.resolve(browserProcesses(profile).length === 0),
    `no browser works on ${profile} any more`,
  );
  const folder = join(profile, 'browser');
  // Were it gone already, the test would lose nothing.
  if (!existsSync(folder)) throw new Error(`${folder}: there is no cache to lose`);
  rmSync(folder, { recursive: true });
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
