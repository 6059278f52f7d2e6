/** So long after the first change that is not kept yet, however fast others follow: no more than that can be lost. */
const saveAfterMs = 4000;

/** Keeps a draft soon after it was changed, and goes on doing so while somebody types without a pause. */
export class SaveSoon {
  readonly #save: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(save: () => void) {
    this.#save = save;
  }

  begin(): void {
    this.#timer ??= setTimeout(this.#save, saveAfterMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
