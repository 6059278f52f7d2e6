import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { nodeArguments } from './node24.mjs';
import { say } from './words.mjs';

const quiet = 300;

/**
 * Builds the pages at every change and starts main anew when its sources or the built pages change. Resolves with
 * main's exit code once it ended by itself (its window was closed).
 */
export function runDev(root, node, { env, args }) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const builder = spawn(
    node,
    [vite, 'build', '--watch', '--logLevel', 'warn', '-c', 'vite.renderer.config.ts'],
    {
      cwd: root,
      env,
      stdio: ['ignore', 2, 2],
    },
  );
  const watchers = [];
  let main;
  let timer;
  let restarting = false;

  return new Promise((resolve) => {
    const finish = (code) => {
      for (const watcher of watchers) watcher.close();
      clearTimeout(timer);
      builder.kill();
      resolve(code);
    };
    const start = () => {
      restarting = false;
      main = spawn(node, [...nodeArguments, join(root, 'src-main', 'main.ts'), ...args], {
        cwd: root,
        env,
        stdio: 'inherit',
      });
      main.once('exit', (code, signal) => {
        if (restarting) start();
        else if (signal === null && code !== 0)
          say('Main ended with an error; it starts again at the next change.');
        else finish(code ?? 0);
      });
    };
    const restart = () => {
      say('Sources changed; starting anew.');
      if (main.exitCode !== null || main.signalCode !== null) return start();
      restarting = true;
      main.kill('SIGTERM');
    };
    for (const folder of ['src-main', 'src-shared', join('build', 'renderer')]) {
      watchers.push(
        watch(join(root, folder), { recursive: true }, () => {
          clearTimeout(timer);
          timer = setTimeout(restart, quiet);
        }),
      );
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => {
        main.kill('SIGTERM');
        finish(0);
      });
    }
    start();
  });
}
