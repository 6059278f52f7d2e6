/** Everything the set-up says goes to standard error: `headless` speaks JSON-RPC, and nothing else, on standard output. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** A reason to stop that a person can act on; `run.mjs` prints it without a stack and exits with `exitCode`. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** `a, b and c` */
export function list(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/**
 * Asks on the terminal; Enter means yes. Where there is no person at a terminal, or under CI, the answer is yes:
 * whoever ran the command there wants it to run through.
 */
export async function askYes(
  question,
  { env = process.env, stdin = process.stdin, stderr = process.stderr } = {},
) {
  if (!stdin.isTTY || !stderr.isTTY || env.CI) return true;
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    const answer = (await terminal.question(`${question} [Y/n] `)).trim().toLowerCase();
    return answer === '' || answer === 'y' || answer === 'yes';
  } finally {
    terminal.close();
  }
}
