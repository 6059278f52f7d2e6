import { trimEndBy } from '../../../src-shared/text/trim-end.ts';
import { separatorIn, type OpenBoundary, type Separator } from './boundaries.ts';

/** `level`: index in the stack of open boundaries; −1 at the end of the bytes. */
export interface Delimiter extends Separator {
  /** Where the line begins, and where the next one does. */
  at: number;
  next: number;
}

const dash = 45;

/** The lines of `bytes` that part it, by the boundaries that are open at that point. */
export class Delimiters {
  readonly #bytes: Buffer;
  readonly #open: OpenBoundary[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Gives the level of the boundary. */
  open(boundary: OpenBoundary): number {
    return this.#open.push(boundary) - 1;
  }

  /** This one is over, and all within it. */
  close(level: number): void {
    this.#open.length = level;
  }

  /** No line, but where the bytes are over. */
  atEnd(): Delimiter {
    return { level: -1, closing: true, exact: true, at: this.#bytes.length, next: this.#bytes.length };
  }

  next(from: number): Delimiter {
    if (this.#open.length === 0) return this.atEnd();
    const here = this.at(from);
    if (here !== null) return here;
    for (let at = this.#bytes.indexOf('\n--', from); at >= 0; at = this.#bytes.indexOf('\n--', at + 1)) {
      const delimiter = this.at(at + 1);
      if (delimiter !== null) return delimiter;
    }
    return this.atEnd();
  }

  /** The line at `at` as a delimiter of the innermost open boundary that it fits. */
  at(at: number): Delimiter | null {
    if (this.#open.length === 0 || this.#bytes[at] !== dash || this.#bytes[at + 1] !== dash) return null;
    const lineEnd = this.#bytes.indexOf(10, at);
    const next = lineEnd < 0 ? this.#bytes.length : lineEnd + 1;
    const line = trimEndBy(this.#bytes.toString('latin1', at + 2, Math.min(next, at + 1_000)), /[ \t\r\n]/);
    let known: boolean | undefined;
    const headed = (): boolean =>
      (known ??= /^content-[a-z-]{2,40}[ \t]*:/i.test(this.#bytes.toString('latin1', next, next + 60)));
    const found = separatorIn(line, this.#open, headed);
    return found === null ? null : { ...found, at, next };
  }

  /** Two dashes begin the line at `from`, and nothing is written below it. Without a pattern: it may be megabytes of blanks. */
  isLone(from: number, to: number): boolean {
    if (this.#bytes[from] !== dash || this.#bytes[from + 1] !== dash) return false;
    const lineEnd = this.#bytes.indexOf(10, from);
    if (lineEnd < 0 || lineEnd >= to) return true;
    return this.#bytes.toString('latin1', lineEnd, to).trim() === '';
  }
}
