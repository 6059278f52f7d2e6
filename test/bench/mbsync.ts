import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../src-main/demo/server-process.ts';

/** Why the comparison cannot be made here; undefined when it can. */
export function mbsyncMissing(): string | undefined {
  return findProgram('mbsync') === undefined ? 'mbsync is not installed (Debian: isync)' : undefined;
}

/**
 * Milliseconds in which mbsync fills an empty Maildir with all of INBOX. Throws when fewer than `expected` messages
 * lie there afterwards. `fsync` is its own default.
 */
export async function mbsyncColdMs(
  at: { port: number; user: string; password: string },
  expected: number,
  fsync: boolean,
): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'posthorn-mbsync-'));
  const mail = join(home, 'mail');
  mkdirSync(mail);
  const rc = join(home, 'mbsyncrc');
  const lines = [
    `FSync ${fsync ? 'yes' : 'no'}`,
    'IMAPAccount far',
    'Host 127.0.0.1',
    `Port ${at.port}`,
    `User ${at.user}`,
    `Pass ${at.password}`,
    'SSLType None',
    'AuthMechs LOGIN',
    '',
    'IMAPStore far',
    'Account far',
    '',
    'MaildirStore near',
    `Path ${mail}/`,
    `Inbox ${join(mail, 'INBOX')}`,
    'SubFolders Verbatim',
    '',
    'Channel inbox',
    'Far :far:',
    'Near :near:',
    'Patterns INBOX',
    'Create Near',
    'Sync Pull',
    'SyncState *',
  ];
  writeFileSync(rc, `${lines.join('\n')}\n`, { mode: 0o600 });
  try {
    const start = performance.now();
    const child = spawn('mbsync', ['-q', '-c', rc, 'inbox'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: home, LC_ALL: 'C.UTF-8' },
    });
    let said = '';
    const hear = (chunk: Buffer): void => void (said = (said + chunk.toString('latin1')).slice(-2000));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const ms = performance.now() - start;
    if (code !== 0) throw new Error(`mbsync ended with ${code}: ${said}`);
    const found = ['cur', 'new'].reduce(
      (sum, part) => sum + readdirSync(join(mail, 'INBOX', part)).length,
      0,
    );
    if (found !== expected) throw new Error(`mbsync fetched ${found} of ${expected} messages: ${said}`);
    return ms;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
