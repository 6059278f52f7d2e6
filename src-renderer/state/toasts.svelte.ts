export interface Toast {
  text: string;
  kind: 'plain' | 'bad';
  /** Undone by z and by the button. */
  undo?: () => void;
  /** What the button says when it is more than "Undo". */
  undoName?: string;
  /** Mail of the outbox that it speaks of: gone with it. */
  outboxId?: string;
  /** Milliseconds since the epoch. */
  until: number;
}

const shownMs = 10_000;

/** One message at a time over the foot of the list; the next replaces the last. */
export class Toasts {
  current = $state.raw<Toast | null>(null);
  now = $state(0);
  #timer: ReturnType<typeof setInterval> | null = null;

  show(
    text: string,
    options: {
      undo?: () => void;
      undoName?: string;
      outboxId?: string;
      kind?: 'plain' | 'bad';
      ms?: number;
    } = {},
  ): void {
    this.now = Date.now();
    this.current = {
      text,
      kind: options.kind ?? 'plain',
      until: this.now + (options.ms ?? shownMs),
      ...(options.undo === undefined ? {} : { undo: options.undo }),
      ...(options.undoName === undefined ? {} : { undoName: options.undoName }),
      ...(options.outboxId === undefined ? {} : { outboxId: options.outboxId }),
    };
    this.#timer ??= setInterval(() => this.#tick(), 1000);
  }

  close(): void {
    this.current = null;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Nothing of it can be taken back any more, here or elsewhere. */
  leftOutbox(outboxId: string): void {
    if (this.current?.outboxId === outboxId) this.close();
  }

  /** False when nothing can be taken back. */
  undo(): boolean {
    const undo = this.current?.undo;
    if (undo === undefined) return false;
    this.close();
    undo();
    return true;
  }

  get secondsLeft(): number {
    return this.current === null ? 0 : Math.max(0, Math.ceil((this.current.until - this.now) / 1000));
  }

  #tick(): void {
    this.now = Date.now();
    if (this.current !== null && this.now >= this.current.until) this.close();
  }
}
