import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { capture } from './processes.mjs';
import { SetupError } from './words.mjs';

/** Main is TypeScript run by Node itself, and searches with FTS5 of `node:sqlite`: both need Node 24. */
const needed = 24;

/** Path of a Node that can run main: the one npm installed for this platform, else the one running now. */
export function findNode(root, { platform = process.platform, arch = process.arch, running = process } = {}) {
  const folder = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  const bundled = join(root, 'node_modules', folder, 'bin', platform === 'win32' ? 'node.exe' : 'node');
  // It is built for glibc: on musl the file is there and does not start.
  if (existsSync(bundled) && capture(bundled, ['--version']).code === 0) return bundled;
  if (Number(running.versions.node.split('.')[0]) >= needed) return running.execPath;
  throw new SetupError(
    `Posthorn needs Node ${needed} or newer on ${platform} ${arch}; this is Node ${running.versions.node}. Install Node ${needed} from https://nodejs.org and start again.`,
  );
}

/** Arguments that come before the script: type stripping and node:sqlite warn, and the warnings help nobody. */
export const nodeArguments = ['--disable-warning=ExperimentalWarning'];

/**
 * For the program itself. V8 gives new objects up to 134 MB on a machine with much memory, and the C library a heap of
 * its own to each thread: together half of what main held during a first sync, and not faster (ten accounts). With 4 MB
 * three units of rows on their way outlive every collection: 0.66 s of them and 0.19 s of whole ones in a first sync of
 * 50,000, against 0.24 s and none with 16 MB, at the same largest heap (110 MB).
 * Buffers of 128 KB and more are given back when they are freed: the library keeps up to 32 MB of them otherwise.
 */
export const programArguments = [...nodeArguments, '--max-semi-space-size=16'];
export const programEnvironment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/** `env` with that Node and the project's tools first on PATH. */
export function withPath(root, node, env = process.env) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), env.PATH ?? ''].join(delimiter);
  // Compiled once: main's modules load in 0.2 s instead of 0.5 s.
  const compileCache = env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'node-compile');
  return { ...env, PATH: path, NODE_COMPILE_CACHE: compileCache };
}
