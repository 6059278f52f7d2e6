/** What has to be ended or removed, latest first; once, however often and from wherever it is asked for. */
export interface Tidying {
  add(end: () => Promise<void> | void): void;
  all(): Promise<void>;
}

/** Begins by itself when `ended` is aborted. What is added after that is ended at once. */
export function createTidying(ended: AbortSignal): Tidying {
  const ends: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
      try {
        await end();
      } catch {
        // What did not end properly must not keep the rest from ending.
      }
    }
  };
  const tidying: Tidying = {
    add(end) {
      ends.push(end);
      if (running !== undefined) running = running.then(work);
    },
    async all() {
      running ??= work();
      await running;
    },
  };
  ended.addEventListener('abort', () => void tidying.all());
  return tidying;
}
