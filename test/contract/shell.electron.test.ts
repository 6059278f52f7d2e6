import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { shellChecks } from './shell/shell-checks.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inside =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ??
  'electron';
const binary = process.env['POSTHORN_ELECTRON'] ?? join(root, 'node_modules/electron/dist', inside);
const isThere = existsSync(binary);
if (!isThere) console.info(`Electron shell: contract skipped, for there is no Electron binary at ${binary}.`);

let folder = '';

/** One file a build: main as a module, the preload as the script that Electron's sandbox takes. */
async function bundle(input: string, format: 'es' | 'cjs', fileName: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      rolldownOptions: {
        input: join(root, input),
        external: (id) => id === 'electron' || id.startsWith('node:'),
        output: { format, entryFileNames: fileName, codeSplitting: false },
      },
    },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-electron-'));
  await bundle('test/contract/shell/electron-host.ts', 'es', 'main.mjs');
  await bundle('src-main/shell/electron/preload.ts', 'cjs', 'preload.cjs');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the Electron shell and its preload can be built', () => {
  if (!existsSync(join(folder, 'main.mjs')) || !existsSync(join(folder, 'preload.cjs')))
    throw new Error('not built');
});

describe.skipIf(!isThere)('the Electron shell (skipped: there is no Electron binary)', () => {
  for (const [number, check] of shellChecks.entries()) {
    test(check.name, async () => {
      const profileDir = await mkdtemp(join(tmpdir(), 'posthorn-shell-'));
      const pages = join(root, 'test/fixtures/shell-pages');
      for (const phase of check.phases.keys()) {
        const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
        await promisify(execFile)(binary, [
          ...sandbox,
          join(folder, 'main.mjs'),
          profileDir,
          String(number),
          String(phase),
          pages,
        ]);
      }
      await rm(profileDir, { recursive: true, force: true });
    });
  }
});
