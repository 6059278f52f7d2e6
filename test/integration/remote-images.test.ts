import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dnsmasqMissing } from '../servers/dnsmasq.ts';

const outer = '93.184.216.34';
const inner = '10.9.9.9';
const program = fileURLToPath(new URL('../harness/remote-images-in-namespace.ts', import.meta.url));
const missing =
  dnsmasqMissing() ??
  (spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0
    ? undefined
    : 'no private network namespace can be made here (that needs root)');
if (missing !== undefined) process.stderr.write(`remote-images: not run: ${missing}\n`);

test.skipIf(missing !== undefined)(
  `P03: pictures come from the public internet alone, without cookies or referrer${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    const out = execFileSync(
      'unshare',
      [
        ...['-n', 'sh', '-c'],
        `ip link set lo up && ip addr add ${outer}/32 dev lo && ip addr add ${inner}/32 dev lo && exec "$@"`,
        ...['sh', process.execPath, '--disable-warning=ExperimentalWarning', program, outer, inner],
      ],
      { encoding: 'utf8', timeout: 120_000 },
    );
    const { shown, asked } = JSON.parse(out) as {
      shown: Record<string, boolean>;
      asked: { at: string; path: string; headers: Record<string, string> }[];
    };
    const [plain, again, ...others] = Object.values(shown);
    expect([plain, again]).toEqual([true, true]);
    expect(others).toEqual(others.map(() => false));
    expect(asked.filter(({ at }) => at !== outer)).toEqual([]);
    expect(asked.length).toBe(7);
    for (const { headers } of asked)
      expect(Object.keys(headers).sort()).toEqual(['accept', 'connection', 'host']);
  },
  150_000,
);
