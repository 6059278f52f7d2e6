import { inspect } from 'node:util';

/** A step did not do what the demo says it does; `found` is what was there instead. */
class StepFailed extends Error {
  constructor(expected: string, found: unknown) {
    const seen = typeof found === 'string' ? found : inspect(found, { depth: 4, breakLength: 100 });
    super(`expected: ${expected}\n    found: ${seen}`);
  }
}

/** Fails the step unless `holds`. */
export function expect(expected: string, holds: boolean, found: unknown): asserts holds {
  if (!holds) throw new StepFailed(expected, found);
}

export interface Narrator {
  steps(): number;
  /** A line without a number. */
  say(line: string): void;
  /** Runs a numbered step and says how long it took; a throw of `work` passes through. */
  step<T>(title: string, work: (tell: (line: string) => void) => Promise<T>): Promise<T>;
}

/** Writes the story line by line; `write` gets whole lines without their end. */
export function createNarrator(write: (line: string) => void): Narrator {
  let number = 0;
  return {
    steps: () => number,
    say: write,
    async step(title, work) {
      number += 1;
      write('');
      write(`${String(number).padStart(2)}. ${title}`);
      const began = performance.now();
      const result = await work((line) => write(`    ${line}`.trimEnd()));
      write(`    ✓ ${duration(performance.now() - began)}`);
      return result;
    },
  };
}

/** "12 ms", "3.4 s", "2 min 5 s" */
export function duration(ms: number): string {
  if (ms < 1) return 'less than 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** "1 message", "12,431 messages" */
export function many(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;
}
