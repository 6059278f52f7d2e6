import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { pagesFor } from '../harness/built-pages.ts';
import { findStage } from './demo-window.ts';

const outer = '93.184.216.34';
const program = fileURLToPath(new URL('../harness/unsubscribe-in-namespace.ts', import.meta.url));
const { display, reason, skipped } = await findStage(
  'window-unsubscribe',
  spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0
    ? undefined
    : 'no private network namespace can be made here (that needs root)',
);
const dir = mkdtempSync(join(tmpdir(), 'posthorn-leaving-'));
afterAll(async () => {
  await display?.stop();
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

test.skipIf(reason !== null)(
  `RFC 8058: a list is left by one POST of the words of the standard, after asking${skipped}`,
  async () => {
    const out = execFileSync(
      'unshare',
      [
        ...['-n', 'sh', '-c', `ip link set lo up && ip addr add ${outer}/32 dev lo && exec "$@"`],
        ...['sh', process.execPath, '--disable-warning=ExperimentalWarning', program],
        ...[outer, await pagesFor(dir)],
      ],
      { encoding: 'utf8', timeout: 220_000, env: { ...process.env, DISPLAY: display?.name ?? '' } },
    );
    expect(JSON.parse(out)).toEqual({
      afterStaying: 0,
      afterAsking: 0,
      asked: [
        {
          method: 'POST',
          path: '/u?who=4711&x=%20y',
          // No cookie, no referrer, no name of the program.
          headers: expect.arrayContaining(['host', 'content-type', 'content-length']) as string[],
          body: 'List-Unsubscribe=One-Click',
        },
      ],
      told: 'leave.lights.test was told to send you no more',
    });
    const [{ headers }] = (JSON.parse(out) as { asked: [{ headers: string[] }] }).asked;
    expect(headers.sort()).toEqual(['accept', 'connection', 'content-length', 'content-type', 'host']);
  },
  235_000,
);
