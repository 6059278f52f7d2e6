import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { capture, onEnd, runTool, toolEnv, which } from './processes.mjs';
import { askYes, list, say, SetupError } from './words.mjs';

const policyFile = '/usr/sbin/policy-rc.d';
const policyMark = '# Written by the set-up of Posthorn; removed when it has installed its packages.';

/** What this module touches outside itself, so that a test can stand in for a machine without apt or without root. */
const realSystem = {
  isRoot: () => process.getuid?.() === 0,
  which,
  capture,
  runTool,
  askYes,
  policyFile,
};

/**
 * Packages of `names` that are not installed. Undefined where dpkg is not there to be asked: then nothing is known.
 */
export function missingPackages(names, system = realSystem) {
  if (system.which('dpkg-query') === undefined) return undefined;
  const answer = system.capture('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\\n', ...names]);
  const installed = new Set(
    answer.stdout
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, status]) => status === 'ii')
      .map(([name]) => name),
  );
  return names.filter((name) => !installed.has(name));
}

/**
 * Sees to it that the Debian packages that `needs` name are there, asking apt once for all that is missing.
 *
 * @param needs `[{packages, why, required, satisfied?}]`: `why` completes "to …"; `satisfied()` may say that something
 *   else does the job (a Chrome instead of Debian's Chromium). What is missing and required ends the set-up with one
 *   sentence; what is missing and not required is said and left.
 */
export async function installDebianPackages(needs, system = realSystem) {
  const open = needs
    .filter((need) => need.satisfied?.() !== true)
    .map((need) => ({ ...need, missing: missingPackages(need.packages, system) ?? need.packages }))
    .filter((need) => need.missing.length > 0);
  if (open.length === 0) return;

  const canInstall = system.which('apt-get') !== undefined && system.isRoot();
  const agreed = canInstall && (await agree(open, system));
  if (!agreed) {
    refuseOrGoOn(open, system);
    return;
  }
  const needed = open.filter((need) => need.required);
  const wished = open.filter((need) => !need.required);
  // One call for all is fastest; when apt refuses, what is not required must not keep back what is.
  if ((await aptInstall(missingOf(open), system)) === 0) return;
  if (needed.length > 0 && (wished.length === 0 || (await aptInstall(missingOf(needed), system)) !== 0)) {
    throw new SetupError(
      `apt could not install ${list(missingOf(needed))} (it says why above), which Posthorn needs to ${list(needed.map((need) => need.why))}.`,
    );
  }
  for (const need of wished) {
    if ((await aptInstall(need.missing, system)) !== 0) {
      say(`apt could not install ${list(need.missing)}; going on without, unable to ${need.why}.`);
    }
  }
}

function missingOf(needs) {
  return [...new Set(needs.flatMap((need) => need.missing))];
}

async function agree(open, system) {
  say('These Debian packages will be installed with apt (nothing is removed, no service is started):');
  for (const need of open) say(`  ${need.missing.join(' ')} — to ${need.why}`);
  return system.askYes('Install them now?');
}

function refuseOrGoOn(open, system) {
  const command = (needs) => `apt-get install --no-install-recommends ${missingOf(needs).join(' ')}`;
  const needed = open.filter((need) => need.required);
  const how =
    system.which('apt-get') === undefined
      ? (needs) => `Install what Debian calls ${list(missingOf(needs))}`
      : (needs) => `Install it as root with: ${command(needs)}`;
  if (needed.length > 0) {
    throw new SetupError(
      `${list(missingOf(needed))} must be installed to ${list(needed.map((need) => need.why))}. ${how(needed)} — then start again.`,
    );
  }
  say(
    `Going on without ${list(missingOf(open))}, so unable to ${list(open.map((need) => need.why))}. ${how(open)}.`,
  );
}

async function aptInstall(packages, system) {
  const env = { ...toolEnv(), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const lock = ['-o', 'DPkg::Lock::Timeout=180'];
  const install = () =>
    system.runTool(
      'apt-get',
      ['install', '-y', '-q', '--no-install-recommends', '--no-remove', ...lock, ...packages],
      { env },
    );
  const update = () => system.runTool('apt-get', ['update', '-q', ...lock], { env });
  const allowServices = keepServicesFromStarting(system.policyFile);
  try {
    let updated = false;
    if (!areKnown(packages, system)) {
      say('Fetching the list of Debian packages.');
      await update();
      updated = true;
    }
    say(`Installing ${packages.join(' ')}.`);
    const code = await install();
    // A list that is days old names versions that the mirror no longer holds.
    if (code === 0 || updated) return code;
    say('Fetching the list of Debian packages anew, and trying once more.');
    await update();
    return await install();
  } finally {
    allowServices();
  }
}

/** Whether apt's lists (absent in fresh containers) hold something to install for each package. */
function areKnown(packages, system) {
  const policy = system.capture('apt-cache', ['policy', ...packages], { env: { ...toolEnv(), LC_ALL: 'C' } });
  const candidates = policy.stdout.match(/^ {2}Candidate: (?!\(none\)).+$/gm) ?? [];
  return candidates.length >= packages.length;
}

/**
 * Debian starts a server when its package is installed, unless policy-rc.d forbids it. A file that is there already is
 * someone else's decision and stays; ours is removed again. Gives back the undoing.
 */
export function keepServicesFromStarting(file = policyFile) {
  if (existsSync(file)) return () => undefined;
  try {
    writeFileSync(file, `#!/bin/sh\n${policyMark}\nexit 101\n`, { mode: 0o755, flag: 'wx' });
  } catch {
    return () => undefined;
  }
  return onEnd(() => {
    if (existsSync(file) && readFileSync(file, 'utf8').includes(policyMark)) rmSync(file);
  });
}
