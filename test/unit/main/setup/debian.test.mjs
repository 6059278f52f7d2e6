import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installDebianPackages, keepServicesFromStarting } from '../../../../src-main/setup/debian.mjs';

let folder;
let calls;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-debian-'));
  calls = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A Debian that has `installed`, can fetch all but `refused`, and notes each call of apt-get. */
function debian({
  installed = [],
  refused = [],
  root = true,
  apt = true,
  answer = true,
  listed = true,
} = {}) {
  const policyFile = join(folder, 'policy-rc.d');
  return {
    isRoot: () => root,
    which: (name) => (apt || name === 'dpkg-query' ? `/usr/bin/${name}` : undefined),
    capture: (command, args) => ({
      code: 0,
      stderr: '',
      stdout:
        command === 'dpkg-query'
          ? installed.map((name) => `${name} ii \n`).join('')
          : args
              .slice(1)
              .map((name) => `${name}:\n  Candidate: ${listed ? '1.0' : '(none)'}\n`)
              .join(''),
    }),
    runTool: async (command, args, { env }) => {
      calls.push({
        words: args.filter((arg) => !arg.startsWith('DPkg') && arg !== '-o').join(' '),
        env,
        guarded: existsSync(policyFile),
      });
      return args.some((arg) => refused.includes(arg)) ? 100 : 0;
    },
    askYes: async () => answer,
    policyFile,
  };
}

const need = (packages, required = true) => ({ packages, required, why: `use ${packages[0]}` });

it('asks apt for nothing when all is installed', async () => {
  await installDebianPackages([need(['a', 'b'])], debian({ installed: ['a', 'b'] }));
  expect(calls).toEqual([]);
});

it('installs only what is missing, removing nothing and starting no service', async () => {
  const system = debian({ installed: ['a'] });
  await installDebianPackages([need(['a', 'b']), need(['c'], false)], system);
  expect(calls.map((call) => call.words)).toEqual(['install -y -q --no-install-recommends --no-remove b c']);
  expect(calls[0].env.DEBIAN_FRONTEND).toBe('noninteractive');
  expect(calls[0].guarded).toBe(true);
  expect(existsSync(system.policyFile)).toBe(false);
});

it('fetches the lists first where apt knows no candidate', async () => {
  await installDebianPackages([need(['a'])], debian({ listed: false }));
  expect(calls.map((call) => call.words.split(' ')[0])).toEqual(['update', 'install']);
});

it('keeps nothing required back for an optional package that apt refuses', async () => {
  await installDebianPackages([need(['a']), need(['bad'], false)], debian({ refused: ['bad'] }));
  expect(calls.filter((call) => call.words.endsWith('--no-remove a'))).toHaveLength(1);
});

it('ends with one sentence when apt refuses what is required', async () => {
  await expect(installDebianPackages([need(['bad'])], debian({ refused: ['bad'] }))).rejects.toThrow(
    'apt could not install bad',
  );
});

it('says what to install when not root', async () => {
  await expect(installDebianPackages([need(['a', 'b'])], debian({ root: false }))).rejects.toThrow(
    'Install it as root with: apt-get install --no-install-recommends a b',
  );
  expect(calls).toEqual([]);
});

it('goes on without what is optional when the person says no', async () => {
  await installDebianPackages([need(['a'], false)], debian({ answer: false }));
  expect(calls).toEqual([]);
});

it('leaves a satisfied need alone where there is no apt', async () => {
  await installDebianPackages([{ ...need(['chromium']), satisfied: () => true }], debian({ apt: false }));
  expect(calls).toEqual([]);
});

it("leaves another's policy-rc.d as it is", () => {
  const file = join(folder, 'policy');
  writeFileSync(file, 'theirs');
  keepServicesFromStarting(file)();
  expect(readFileSync(file, 'utf8')).toBe('theirs');
});
