import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runTool } from './processes.mjs';
import { say, SetupError } from './words.mjs';

const pages = ['index.html', 'store.html', 'sanitise.html', 'pdf.html'];

/** Hash of the names and contents of `sources` (files and folders below `root`): what a build was made from. */
export function sourceHash(root, sources, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const file of sources.flatMap((source) => filesBelow(join(root, source)))) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
    );
}

/** Builds the pages into build/renderer when their sources are not the ones it was built from. */
export async function buildRenderer(root, node) {
  if (!pages.some((page) => existsSync(join(root, 'src-renderer', page)))) {
    throw new SetupError('There is no page in src-renderer to build; the checkout is not complete.');
  }
  const sources = [
    'src-renderer',
    'src-shared',
    'vite.renderer.config.ts',
    'tsconfig.base.json',
    'tsconfig.renderer.json',
    'package-lock.json',
  ];
  await build(root, node, {
    what: 'pages',
    out: join(root, 'build', 'renderer'),
    stamp: sourceHash(root, sources),
    commands: [['-c', 'vite.renderer.config.ts']],
  });
}

/**
 * Bundles main and its preload into build/main, for both shells and for the package.
 *
 * @param mode `electron` from a checkout; `package` leaves the test hooks out.
 */
export async function buildMain(root, node, mode) {
  const sources = [
    'src-main',
    'src-shared',
    'vite.main.config.ts',
    'tsconfig.base.json',
    'package-lock.json',
  ];
  const preload = existsSync(join(root, 'src-main', 'shell', 'electron', 'preload.ts'));
  await build(root, node, {
    what: 'main program',
    out: join(root, 'build', 'main'),
    stamp: sourceHash(root, sources, mode),
    commands: [
      ['-c', 'vite.main.config.ts', '--mode', mode],
      ...(preload ? [['-c', 'vite.main.config.ts', '--mode', 'preload']] : []),
    ],
  });
}

async function build(root, node, { what, out, stamp, commands }) {
  const stampFile = join(out, '.built-from');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say(`Building the ${what}.`);
  for (const args of commands) {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const code = await runTool(node, [vite, 'build', '--logLevel', 'warn', ...args], { cwd: root });
    if (code !== 0) throw new SetupError(`The ${what} could not be built (Vite says why above).`);
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(stampFile, stamp);
}
