import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool, which } from './processes.mjs';
import { say, SetupError } from './words.mjs';

/**
 * Why node_modules does not hold what package-lock.json asks for, or undefined when it does. npm's own record of what
 * it installed (written last) is the stamp, so `npm install` by hand counts too, and a broken-off install does not.
 */
export function outdatedBecause(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return 'they are not installed yet';
  for (const [path, entry] of Object.entries(wanted ?? {})) {
    if (path === '' || entry.link) continue;
    const found = installed[path];
    if (found === undefined && entry.optional) continue; // for another platform
    if (found === undefined) return `${path.replace('node_modules/', '')} is missing`;
    if (found.version !== entry.version) return `${path.replace('node_modules/', '')} has changed`;
    if (!entry.optional && !existsSync(join(root, path, 'package.json'))) return `${path} is damaged`;
  }
  return undefined;
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

/** Installs the npm packages when they are not as package-lock.json says. No package's install script is run. */
export async function installPackages(root) {
  const reason = outdatedBecause(root);
  if (reason === undefined) return;
  say(`Installing npm packages (${reason}); this takes a minute or two.`);
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : [which('npm') ?? 'npm'];
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--no-progress'];
  const began = Date.now();
  // npm itself says nothing before its end.
  const patience = setInterval(
    () => say(`Still installing, ${Math.round((Date.now() - began) / 1000)} s so far.`),
    20_000,
  );
  const code = await runTool(npm[0], [...npm.slice(1), ...args], { cwd: root }).finally(() =>
    clearInterval(patience),
  );
  if (code === 127) throw new SetupError('npm was not found. It comes with Node: https://nodejs.org');
  if (code !== 0) {
    throw new SetupError(
      'The npm packages could not be installed (npm says why above). Check the network and start again.',
    );
  }
  say('npm packages are installed.');
}
