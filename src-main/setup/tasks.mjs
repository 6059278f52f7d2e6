import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildMain, buildRenderer } from './builds.mjs';
import { runChecks } from './check.mjs';
import { installDebianPackages } from './debian.mjs';
import { runDev } from './dev.mjs';
import { benchRival, benchServers, browser, demoServers, testServers } from './needs.mjs';
import { nodeArguments, programArguments, programEnvironment } from './node24.mjs';
import { unpackCyrus } from './private-servers.mjs';
import { handOver } from './processes.mjs';
import { fetchElectron, hasDisplay, needElectron, systemChromium } from './shells.mjs';
import { runFaults } from './faults.mjs';
import { runSuites } from './suites.mjs';
import { say, SetupError } from './words.mjs';

/**
 * Every task: `before` (nothing is installed yet; may refuse), `prepare` (under the set-up lock, packages installed;
 * what it gives goes to `run`), `run` (resolves with the exit code). The context is `{root, node, env, args}`; before
 * the packages are there, `node` and `env` are missing.
 */
export const tasks = {
  start: { before: needDisplay, prepare: prepareStart, run: runStart },
  demo: {
    prepare: async (context) => {
      await installDebianPackages([browser, demoServers]);
      await buildRenderer(context.root, context.node);
    },
    run: (context) => runScript(context, ['src-main', 'demo', 'demo.ts']),
  },
  headless: {
    prepare: prepareProgram,
    run: (context) => runProgram(context, ['--headless', ...context.args]),
  },
  dev: {
    before: needDisplay,
    prepare: prepareWindows,
    run: ({ root, node, env, args }) => runDev(root, node, { env, args }),
  },
  test: {
    prepare: prepareTests,
    run: ({ root, node, env, args }) => runSuites(root, node, { env, args }),
  },
  /** Every fault, killed at every step, a hundred kills of sending, and the table in docs/faults.md: long. */
  'test:faults': {
    prepare: prepareTests,
    run: ({ root, node, env, args }) => runFaults(root, node, { env, args }),
  },
  /** Random changes by several programs for so many minutes (default: four hours). */
  soak: {
    prepare: prepareTests,
    run: ({ root, node, env, args: [minutes = '240'] }) =>
      runSuites(root, node, {
        env: { ...env, SOAK_MINUTES: minutes },
        args: ['--project', 'fault', 'test/fault/convergence'],
      }),
  },
  check: {
    run: async ({ root, node, env }) => {
      const print = (line) => process.stdout.write(`${line}\n`);
      const { passed, failed } = await runChecks(root, node, { env, print });
      print(`${passed} checks passed, ${failed} failed`);
      return failed > 0 ? 1 : 0;
    },
  },
  bench: {
    prepare: async (context) => {
      await installDebianPackages([browser, benchServers, benchRival]);
      await buildRenderer(context.root, context.node);
      await buildMain(context.root, context.node, 'electron');
    },
    run: (context) => {
      const env = { ...context.env, POSTHORN_MAIN: join(context.root, 'build', 'main', 'main.js') };
      return runScript({ ...context, env }, ['test', 'bench', 'run.ts']);
    },
  },
  package: {
    prepare: async ({ root, node }) => {
      await needElectron(root, node);
      await buildRenderer(root, node);
      await buildMain(root, node, 'package');
    },
    run: ({ root, node, env, args }) =>
      handOver(node, [join(root, 'node_modules', 'electron-builder', 'cli.js'), ...args], { cwd: root, env }),
  },
  docs: { run: (context) => runScript(context, ['src-main', 'ipc', 'write-docs.ts']) },
  agreement: { run: (context) => runScript(context, ['test', 'agreement', 'write-document.ts']) },
};

async function prepareTests({ root, node, args }) {
  if (onlyPure(args)) return;
  await installDebianPackages([{ ...browser, required: false }, ...testServers()]);
  await unpackCyrus(root);
  await buildRenderer(root, node).catch(sayAndGoOn);
  await buildMain(root, node, 'electron')
    .then(() => keepForTests(root))
    .catch(sayAndGoOn);
}

/** A copy, for one of the tests builds the package, in the same place and without the test hooks. */
function keepForTests(root) {
  const tested = join(root, 'build', 'tested');
  rmSync(tested, { recursive: true, force: true });
  cpSync(join(root, 'build', 'main'), tested, { recursive: true });
}

/** The pure tests need no server and no window, so nothing is installed for them. */
function onlyPure(args) {
  const projects = args.flatMap((arg, at) =>
    arg === '--project' ? [args[at + 1]] : arg.startsWith('--project=') ? [arg.slice(10)] : [],
  );
  return projects.length > 0 && projects.every((name) => name?.startsWith('unit'));
}

/** The tests run even so, and those that need the pages fail and say it; the checks show what is wrong with them. */
function sayAndGoOn(error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
}

/** The options are named without a window, so nothing is installed for that. */
const asksHelp = (args) => args.includes('--help') || args.includes('-h');

function needDisplay({ args }) {
  if (hasDisplay() || asksHelp(args)) return;
  throw new SetupError(
    'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open. `npm run demo` shows Posthorn without one; `npm run headless` is driven by other programs.',
  );
}

async function prepareWindows({ root, node, args }) {
  if (asksHelp(args)) return;
  await installDebianPackages([browser]);
  await buildRenderer(root, node);
}

/** The bundle starts with half the processor time of the sources, and holds a tenth less memory. */
async function prepareProgram({ root, node, args }) {
  if (asksHelp(args)) return;
  await prepareWindows({ root, node, args });
  await buildMain(root, node, 'electron');
}

async function prepareStart({ root, node, args }) {
  if (asksHelp(args)) return {};
  const electron = await fetchElectron(root, node);
  if (electron !== undefined) {
    await buildRenderer(root, node);
    await buildMain(root, node, 'electron');
    return { electron };
  }
  await prepareProgram({ root, node, args });
  say(
    `Electron's binary is not here and could not be fetched; the windows are shown by ${systemChromium()}.`,
  );
  return {};
}

function runStart(context, { electron }) {
  if (electron === undefined) return runProgram(context);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) say('Running as root, where Electron starts only without its sandbox.');
  const args = [...(asRoot ? ['--no-sandbox'] : []), context.root, ...context.args];
  return handOver(electron, args, { cwd: process.cwd(), env: context.env });
}

function runProgram(context, args = context.args) {
  const env = { ...programEnvironment, ...context.env };
  const file = asksHelp(args) ? ['src-main', 'main.ts'] : ['build', 'main', 'main.js'];
  return runScript({ ...context, env }, file, args, programArguments);
}

async function runScript({ root, node, env, args }, path, scriptArgs = args, before = nodeArguments) {
  const script = join(root, ...path);
  if (!existsSync(script))
    throw new SetupError(`${path.join('/')} is missing; the checkout is not complete.`);
  return handOver(node, [...before, script, ...scriptArgs], { cwd: process.cwd(), env });
}
