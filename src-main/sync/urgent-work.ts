/** What somebody waits for in front of the screen: bulk work stands back while there is any. */
export interface UrgentWork {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when there is none. */
  idle(): Promise<void>;
}

export function createUrgentWork(): UrgentWork {
  const running = new Set<Promise<unknown>>();
  return {
    async run(work) {
      const result = work();
      const settled = result.catch(() => undefined);
      running.add(settled);
      try {
        return await result;
      } finally {
        running.delete(settled);
      }
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
