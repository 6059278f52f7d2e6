import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Where a Chromium or Chrome may be, best first. `POSTHORN_CHROMIUM` replaces the whole list. */
export function browserCandidates(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  const chosen = env['POSTHORN_CHROMIUM'];
  if (chosen !== undefined && chosen !== '') return [chosen];
  if (platform === 'darwin') {
    const bundles = [
      'Chromium.app/Contents/MacOS/Chromium',
      'Google Chrome.app/Contents/MacOS/Google Chrome',
    ];
    const roots = [
      '/Applications',
      ...(env['HOME'] === undefined ? [] : [join(env['HOME'], 'Applications')]),
    ];
    return roots.flatMap((root) => bundles.map((bundle) => join(root, bundle)));
  }
  if (platform === 'win32') {
    const roots = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']].filter(
      (root) => root !== undefined,
    );
    return roots.flatMap((root) => [
      `${root}\\Chromium\\Application\\chrome.exe`,
      `${root}\\Google\\Chrome\\Application\\chrome.exe`,
    ]);
  }
  const folders = new Set([
    '/usr/bin',
    ...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/')),
  ]);
  return names.flatMap((name) => [...folders].map((folder) => join(folder, name)));
}

/** The first candidate that can be run, or undefined. */
export async function findBrowser(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  for (const candidate of browserCandidates(platform, env)) {
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  return undefined;
}
