import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, fstatSync, readFileSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, join } from 'node:path';

const passedOn = ['SIGTERM', 'SIGHUP', 'SIGINT'];
const running = new Set();
const cleanups = new Set();
let stoppedBy;

process.on('exit', () => {
  for (const cleanup of cleanups) cleanup();
});

/** Runs `cleanup` (synchronous) when the set-up ends, however it ends short of SIGKILL. Gives back "run it now". */
export function onEnd(cleanup) {
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup)) cleanup();
  };
}

for (const signal of passedOn) {
  process.on(signal, () => {
    // Ctrl-C reaches the whole foreground group by itself; a second SIGINT would look like impatience to the child.
    const alreadySent = signal === 'SIGINT' && (process.stdin.isTTY || process.stderr.isTTY);
    stoppedBy = signal;
    if (!alreadySent) for (const child of running) child.kill(signal);
    if (running.size === 0) process.exit(exitCodeOf(null, signal));
  });
}

function exitCodeOf(code, signal) {
  return code ?? 128 + (osConstants.signals[signal] ?? 0);
}

/** The environment of programs that only prepare things: without the passphrase, which is main's alone. */
export function toolEnv(env = process.env) {
  const rest = { ...env };
  delete rest.POSTHORN_PASSPHRASE;
  return rest;
}

/** Full path of `command` on PATH, or undefined. */
export function which(command, env = process.env) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    for (const suffix of suffixes) {
      const file = join(folder, command + suffix);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        continue;
      }
    }
  }
  return undefined;
}

/** Runs a short command and gives `{code, stdout, stderr}`; a command that is not there has code 127. */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: toolEnv(),
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (result.error) return { code: 127, stdout: '', stderr: result.error.message };
  return { code: exitCodeOf(result.status, result.signal), stdout: result.stdout, stderr: result.stderr };
}

/**
 * Runs a preparing program: no input, its output on our standard error. Resolves with its exit code (127 when it is
 * not there, 124 when `timeout` ms ran out; then its whole group is killed).
 */
export async function runTool(command, args, { timeout = 0, ...options } = {}) {
  const code = await runChild(command, args, {
    timeout,
    env: toolEnv(),
    ...options,
    stdio: ['ignore', 2, 2],
    detached: timeout > 0 && process.platform !== 'win32',
  });
  stopIfAsked();
  return code;
}

/** A preparing program that a signal ended is no failure to explain: the whole set-up was told to stop. */
function stopIfAsked() {
  if (stoppedBy !== undefined) process.exit(exitCodeOf(null, stoppedBy));
}

/** Runs a program, gathers what it prints. Resolves with `{code, output}`. */
export async function runGathered(command, args, options = {}) {
  let output = '';
  const code = await runChild(
    command,
    args,
    { env: toolEnv(), ...options, stdio: ['ignore', 'pipe', 'pipe'] },
    (child) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8');
        stream.on('data', (text) => (output += text));
      }
    },
  );
  stopIfAsked();
  return { code, output };
}

/**
 * Hands the terminal (or the pipes) over to the program itself and resolves with its exit code. `--passphrase-fd N`
 * is honoured by passing that descriptor on.
 */
export async function handOver(command, args, options = {}) {
  return runChild(command, args, { ...options, stdio: inheritedStdio(args) });
}

/**
 * Ends this process and what it runs, as SIGTERM does, when the npm that started it is gone. A killed
 * `npm run headless` must not leave a main behind that holds the profile, and npm's own signals reach only its shell.
 */
export function endWithNpm() {
  const callers = npmAbove();
  const watch = setInterval(() => {
    if (callers.every(isAlive)) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}

/**
 * The processes that stand between npm and us: a shell (which a signal to npm ends, us not) and npm itself. Empty when
 * npm did not start us, or where it cannot be seen.
 */
function npmAbove() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return [];
  const parentOf = (pid) => {
    try {
      // `pid (command) state ppid …`; a slim container has /proc and no ps, a Mac has ps and no /proc.
      const [, command, ppid] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return { command, ppid };
    } catch {
      const [, ppid, command] =
        /(\d+)\s+(\S+)/.exec(capture('ps', ['-o', 'ppid=,comm=', '-p', pid]).stdout) ?? [];
      return { command, ppid };
    }
  };
  const { command, ppid } = parentOf(String(process.ppid));
  const isShell = /(^|[/-])(sh|dash|bash|zsh)$/.test(command ?? '');
  return isShell ? [process.ppid, Number(ppid)] : [process.ppid];
}

/** Whether there is a process of that number. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

export function inheritedStdio(args) {
  const stdio = ['inherit', 'inherit', 'inherit'];
  const at = args.findIndex((arg) => arg === '--passphrase-fd' || arg.startsWith('--passphrase-fd='));
  if (at < 0) return stdio;
  const fd = Number(args[at].includes('=') ? args[at].split('=')[1] : args[at + 1]);
  if (!Number.isInteger(fd) || fd < 3 || fd > 255) return stdio;
  try {
    fstatSync(fd);
  } catch {
    return stdio; // Main says it better: it knows what it wanted the descriptor for.
  }
  while (stdio.length < fd) stdio.push('ignore');
  stdio.push(fd);
  return stdio;
}

function runChild(command, args, { timeout = 0, ...options }, started = () => undefined) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    let timedOut = false;
    const timer =
      timeout > 0
        ? setTimeout(() => {
            timedOut = true;
            killGroup(child);
          }, timeout)
        : undefined;
    running.add(child);
    const done = (code) => {
      running.delete(child);
      clearTimeout(timer);
      resolve(timedOut ? 124 : code);
    };
    child.once('error', () => done(127));
    child.once('close', (code, signal) => done(exitCodeOf(code, signal)));
    if (child.pid !== undefined) started(child);
  });
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
