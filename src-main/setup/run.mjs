/*
 * Behind every npm script: `run.mjs <task> [arguments]`. It installs and builds what the task needs, with words on
 * standard error, and hands over to it. It must run on Node 20 with nothing installed, so it and the modules beside it
 * are plain JavaScript and import nothing but Node.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withSetupLock } from './lock.mjs';
import { findNode, withPath } from './node24.mjs';
import { installPackages } from './packages.mjs';
import { endWithNpm } from './processes.mjs';
import { tasks } from './tasks.mjs';
import { say, SetupError } from './words.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

async function run([name, ...args]) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (task === undefined) {
    throw new SetupError(`Usage: node src-main/setup/run.mjs ${Object.keys(tasks).join('|')} [arguments]`, 2);
  }
  await task.before?.({ root, args });
  const [context, prepared] = await withSetupLock(root, async () => {
    await installPackages(root);
    const node = findNode(root);
    const ready = { root, node, env: withPath(root, node), args };
    return [ready, (await task.prepare?.(ready)) ?? {}];
  });
  return task.run(context, prepared);
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  say(`Posthorn needs Node 20 or newer to begin with; this is Node ${process.versions.node}.`);
  process.exit(1);
}

endWithNpm();
try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
