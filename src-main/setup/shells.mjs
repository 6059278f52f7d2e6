import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGathered, which } from './processes.mjs';
import { SetupError, say } from './words.mjs';

const retryAfter = 24 * 60 * 60 * 1000;

/**
 * A Chromium or Chrome of this system, or undefined. Looks where src-main/shell/chromium/find-browser.ts looks, which
 * cannot be imported here: it is TypeScript, and Node 20 must run this.
 */
export function systemChromium({ env = process.env, platform = process.platform } = {}) {
  if (env.POSTHORN_CHROMIUM) return [env.POSTHORN_CHROMIUM].find((file) => existsSync(file));
  if (platform === 'linux') {
    const path = ['/usr/bin', env.PATH ?? ''].join(':');
    return ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
      .map((name) => which(name, { PATH: path }))
      .find((file) => file !== undefined);
  }
  return wellKnownPlaces(env, platform).find((file) => existsSync(file));
}

function wellKnownPlaces(env, platform) {
  if (platform === 'darwin') {
    const roots = ['/Applications', join(env.HOME ?? '/', 'Applications')];
    const bundles = [
      'Chromium.app/Contents/MacOS/Chromium',
      'Google Chrome.app/Contents/MacOS/Google Chrome',
    ];
    return roots.flatMap((root) => bundles.map((bundle) => join(root, bundle)));
  }
  const roots = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter(Boolean);
  return roots.flatMap((root) => [
    join(root, 'Chromium', 'Application', 'chrome.exe'),
    join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
  ]);
}

/** Electron's program, when its binary was fetched; npm installs the package without it. */
function electronBinary(root, platform = process.platform) {
  const inside =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[platform] ?? 'electron';
  const file = join(root, 'node_modules', 'electron', 'dist', inside);
  return existsSync(file) ? file : undefined;
}

/**
 * Fetches Electron's binary once. A failure is remembered for a day, so that a machine without a way to it does not
 * wait at each start (`always`: it is tried all the same). Gives the program's path, or undefined.
 */
export async function fetchElectron(root, node, { now = Date.now(), timeout = 60_000, always = false } = {}) {
  const present = electronBinary(root);
  if (present !== undefined) return present;
  const installer = join(root, 'node_modules', 'electron', 'install.js');
  const failed = join(root, '.cache', 'electron-not-fetched');
  if (!existsSync(installer) || (!always && now - failedAt(failed) < retryAfter)) return undefined;
  const minutes = timeout > 60_000 ? `${Math.round(timeout / 60_000)} minutes are` : 'a minute is';
  say(`Fetching Electron (about 110 MB; at most ${minutes} spent on it).`);
  // What it prints of its failure is a stack; those who call say it in a sentence.
  const { code } = await runGathered(node, [installer], {
    cwd: root,
    timeout,
    detached: process.platform !== 'win32',
  });
  const fetched = code === 0 ? electronBinary(root) : undefined;
  if (fetched === undefined) {
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(failed, String(now));
  }
  return fetched;
}

/** For what cannot do without it. @throws SetupError that says what to do */
export async function needElectron(root, node) {
  if ((await fetchElectron(root, node, { always: true, timeout: 300_000 })) !== undefined) return;
  throw new SetupError(
    'A package holds Electron’s program, which is not here and could not be fetched from github.com. Run this where ' +
      'it can be fetched, or name a mirror in ELECTRON_MIRROR. Nothing was packaged.',
  );
}

function failedAt(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}
