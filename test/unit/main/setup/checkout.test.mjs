import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourceHash } from '../../../../src-main/setup/builds.mjs';
import { checkSteps, runChecks } from '../../../../src-main/setup/check.mjs';
import { withSetupLock } from '../../../../src-main/setup/lock.mjs';
import { findNode } from '../../../../src-main/setup/node24.mjs';
import { outdatedBecause } from '../../../../src-main/setup/packages.mjs';
import { inheritedStdio, runTool, toolEnv } from '../../../../src-main/setup/processes.mjs';
import { hasDisplay, systemChromium } from '../../../../src-main/setup/shells.mjs';
import { readResults, runSuites } from '../../../../src-main/setup/suites.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'posthorn-checkout-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path, content) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('packages', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/elsewhere': { version: '1.0.0', optional: true },
  };

  it('are current when npm noted the same versions', () => {
    write('package-lock.json', { packages: wanted });
    write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0' } } });
    write('node_modules/a/package.json', {});
    expect(outdatedBecause(root)).toBeUndefined();
  });

  it('are outdated when missing, changed or damaged', () => {
    write('package-lock.json', { packages: wanted });
    expect(outdatedBecause(root)).toBe('they are not installed yet');
    write('node_modules/.package-lock.json', { packages: {} });
    expect(outdatedBecause(root)).toBe('a is missing');
    write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '0.9.0' } } });
    expect(outdatedBecause(root)).toBe('a has changed');
    write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0' } } });
    expect(outdatedBecause(root)).toBe('node_modules/a is damaged');
  });
});

it('refuses an old Node with the one thing to install', () => {
  const running = { versions: { node: '20.1.0' }, execPath: '/x' };
  expect(() => findNode(root, { running })).toThrow('Install Node 24');
  expect(findNode(root, { running: { versions: { node: '24.0.0' }, execPath: '/x' } })).toBe('/x');
});

it('hashes names and contents', () => {
  write('src/a', '1');
  const before = sourceHash(root, ['src', 'absent']);
  expect(sourceHash(root, ['src', 'absent'])).toBe(before);
  write('src/b', '');
  expect(sourceHash(root, ['src', 'absent'])).not.toBe(before);
});

it('passes only the named descriptor on', () => {
  expect(inheritedStdio(['--profile', 'x'])).toEqual(['inherit', 'inherit', 'inherit']);
  expect(inheritedStdio(['--passphrase-fd', '200'])).toHaveLength(3);
  expect(inheritedStdio(['--passphrase-fd', '0'])).toHaveLength(3);
});

it('keeps the passphrase from tools', () => {
  expect(toolEnv({ POSTHORN_PASSPHRASE: 'x', A: '1' })).toEqual({ A: '1' });
});

it('tells a missing tool from a failing and from a slow one', async () => {
  expect(await runTool('posthorn-no-such-tool', [])).toBe(127);
  expect(await runTool(process.execPath, ['-e', 'process.exit(3)'])).toBe(3);
  expect(await runTool(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeout: 50 })).toBe(124);
});

it('takes over the lock of a process that is gone', async () => {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  write('.cache/setup.lock/pid', String(gone.pid));
  expect(await withSetupLock(root, () => 'ran')).toBe('ran');
});

it('runs every check and counts the failing ones', async () => {
  const lines = [];
  const step = (name, code) => ({ name, args: ['-e', `console.log('said'); process.exit(${code})`] });
  const result = await runChecks(root, process.execPath, {
    env: process.env,
    print: (line) => lines.push(line),
    steps: [step('bad', 1), step('good', 0)],
    givesWay: true,
  });
  expect(result).toEqual({ passed: 1, failed: 1 });
  expect(lines.join('\n')).toMatch(/FAILED {2}bad.*\n {8}said/);
  expect(checkSteps(root).map((each) => each.name)).toContain('dead code (knip)');
});

it('runs the checks beside the tests, and counts and tells them after', async () => {
  const count = "import { writeFileSync } from 'node:fs';";
  write(
    'node_modules/vitest/vitest.mjs',
    `${count} writeFileSync(process.env.POSTHORN_TEST_RESULTS, '{"passed":2,"failed":0,"skipped":1}');`,
  );
  for (const tool of ['eslint/bin/eslint.js', 'typescript/bin/tsc', 'knip/bin/knip.js'])
    write(`node_modules/${tool}`, '');
  const lines = [];
  const code = await runSuites(root, process.execPath, {
    env: process.env,
    args: [],
    print: (line) => lines.push(line),
  });
  const steps = checkSteps(root).length;
  expect(lines[1]).toBe(`Checks (${steps})`);
  expect(lines.filter((line) => line.startsWith('ok '))).toHaveLength(steps - 3);
  // The three that are not there.
  expect(lines.at(-1)).toBe(`${2 + steps - 3} passed, 3 failed, 1 skipped`);
  expect(code).toBe(1);
});

it('counts a crashed Vitest as a failure', () => {
  expect(readResults(join(root, 'absent'), 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  write('results', { passed: 2, failed: 0, skipped: 1 });
  expect(readResults(join(root, 'results'), 1).failed).toBe(1);
  expect(readResults(join(root, 'results'), 0).failed).toBe(0);
});

it('knows a display and a chosen browser', () => {
  expect(hasDisplay({}, 'linux')).toBe(false);
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
  expect(systemChromium({ env: { POSTHORN_CHROMIUM: process.execPath } })).toBe(process.execPath);
  expect(systemChromium({ env: { POSTHORN_CHROMIUM: join(root, 'absent') } })).toBeUndefined();
});

it('refuses to open a window without a display, before it installs anything', () => {
  const script = new URL('../../../../src-main/setup/run.mjs', import.meta.url).pathname;
  const env = { PATH: process.env.PATH };
  const run = () =>
    execFileSync(process.execPath, [script, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  if (process.platform === 'linux') expect(run).toThrow(/npm run demo/);
});
