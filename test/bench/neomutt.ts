import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../src-main/demo/server-process.ts';

/** Why the comparison cannot be made here; undefined when it can. */
export function neomuttMissing(): string | undefined {
  if (findProgram('neomutt') === undefined) return 'neomutt is not installed (Debian: neomutt)';
  if (findProgram('script') === undefined)
    return 'script, which gives it a terminal, is not installed (bsdutils)';
  return undefined;
}

/** Milliseconds in which neomutt starts, fills an empty header cache from INBOX and quits. */
export async function neomuttColdMs(at: { port: number; user: string; password: string }): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'posthorn-neomutt-'));
  const cache = join(home, 'headers');
  mkdirSync(cache);
  const url = `imap://${at.user}@127.0.0.1:${at.port}/`;
  const lines = [
    `set imap_user="${at.user}"`,
    `set imap_pass="${at.password}"`,
    `set folder="${url}"`,
    `set spoolfile="${url}INBOX"`,
    `set header_cache="${cache}"`,
    `set ssl_starttls=no`,
    `set ssl_force_tls=no`,
    `set imap_authenticators="login"`,
    `set sleep_time=0`,
    `set quit=yes`,
    `push "<quit>"`,
  ];
  const rc = join(home, 'neomuttrc');
  writeFileSync(rc, `${lines.join('\n')}\n`);
  try {
    const start = performance.now();
    const child = spawn('script', ['-qefc', `neomutt -n -F ${rc}`, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: home, TERM: 'xterm', LC_ALL: 'C.UTF-8' },
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said = (said + chunk.toString('latin1')).slice(-2000)));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`neomutt ended with ${code}: ${said}`);
    return performance.now() - start;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
