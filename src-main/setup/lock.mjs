import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, onEnd } from './processes.mjs';
import { say } from './words.mjs';

/**
 * Runs `work` while no other set-up of this checkout runs: two commands started side by side after a clone would
 * otherwise install and build over each other. The lock of a process that is gone is taken over.
 */
export async function withSetupLock(root, work) {
  const folder = join(root, '.cache', 'setup.lock');
  mkdirSync(join(root, '.cache'), { recursive: true });
  let said = false;
  while (!tryLock(folder)) {
    const owner = ownerOf(folder);
    if (owner === undefined || !isAlive(owner)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (!said) say(`Another set-up of this checkout is running (process ${owner}); waiting for it.`);
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = onEnd(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await work();
  } finally {
    release();
  }
}

function tryLock(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

/** Undefined when it is gone by now, or was made by a process that died before it wrote its number. */
function ownerOf(folder) {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
      if (pid > 0) return pid;
    } catch {
      // Not written yet, or just released.
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  return undefined;
}
