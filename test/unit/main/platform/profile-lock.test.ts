import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeProfileLock } from '../../../../src-main/platform/profile-lock.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'posthorn-lock-'));
  path = join(directory, 'profile.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** As a power cut leaves it: the pid lives (ours), but it started at another time. */
const stale = (n: number): string =>
  JSON.stringify({ pid: 1, startedAt: `2026-01-0${n}T00:00:00Z`, starttime: `stale ${n}` });

/** Prints "ready", waits for a line, takes the lock at once, says what came of it, and holds it until its input ends. */
const starter = (module: string): string => `
  import { takeProfileLock } from ${JSON.stringify(module)};
  process.stdin.once('data', () => {
    try { takeProfileLock(${JSON.stringify(path)}); console.log('won'); }
    catch (error) { console.log(error.code === 'profile-in-use' ? 'in use' : String(error)); }
  });
  process.stdin.on('end', () => process.exit(0));
  console.log('ready');
`;

test('of many starts at once on a stale lock exactly one wins', async () => {
  const module = pathToFileURL(join(process.cwd(), 'src-main/platform/profile-lock.ts')).href;
  for (let round = 1; round <= 4; round += 1) {
    writeFileSync(path, stale(round));
    const starts = Array.from({ length: 6 }, () => {
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', starter(module)],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      const words: string[] = [];
      const waiting: ((word: string) => void)[] = [];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        for (const word of text.trim().split('\n')) (waiting.shift() ?? ((w) => words.push(w)))(word);
      });
      const next = (): Promise<string> =>
        new Promise((resolve) => {
          const word = words.shift();
          if (word === undefined) waiting.push(resolve);
          else resolve(word);
        });
      return { child, next, ended: new Promise((resolve) => child.once('exit', resolve)) };
    });
    await Promise.all(starts.map(({ next }) => next()));
    for (const { child } of starts) child.stdin.write('go\n');
    const outcomes = await Promise.all(starts.map(({ next }) => next()));
    expect(outcomes.toSorted()).toEqual(['in use', 'in use', 'in use', 'in use', 'in use', 'won']);
    for (const { child } of starts) child.stdin.end();
    await Promise.all(starts.map(({ ended }) => ended));
    rmSync(path);
  }
}, 60_000);

test('a start that died while it took over is taken over itself', () => {
  writeFileSync(path, stale(1));
  const over = `${path}.${createHash('sha256').update(stale(1)).digest('hex').slice(0, 16)}`;
  writeFileSync(over, stale(2));
  const lock = takeProfileLock(path);
  expect(readFileSync(path, 'utf8')).toContain(`"pid":${process.pid}`);
  expect(readdirSync(directory)).toEqual(['profile.lock']);
  lock.release();
  expect(existsSync(path)).toBe(false);
});

test('a lock that somebody else has by now is not released', () => {
  const lock = takeProfileLock(path);
  writeFileSync(path, stale(3));
  lock.release();
  expect(readFileSync(path, 'utf8')).toBe(stale(3));
});
