import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dovecotMissing } from '../../src-main/demo/dovecot.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const missing =
  dovecotMissing() ?? (existsSync('/usr/bin/chromium') ? undefined : 'Chromium is not installed');
if (missing !== undefined) console.info(`The demo is not run: ${missing}.`);

test.skipIf(missing !== undefined)(
  'every step of the demo happens, and each says so',
  async () => {
    const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', 'src-main/demo/demo.ts', '--headless'],
        { cwd: root, timeout: 230_000 },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
      );
    });
    expect(code, said).toBe(0);
    const steps = said.match(/^ *\d+\. .+$/gm) ?? [];
    expect(said.match(/^ {4}✓ /gm)).toHaveLength(steps.length);
    expect(said).toContain(`All ${steps.length} steps happened`);
  },
  240_000,
);
