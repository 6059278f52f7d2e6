import { writeFileAtomic } from './atomic-file.ts';

/** A value that lives in one small file and is only ever changed there and here together. */
export interface KeptValue<T> {
  get(): T;
  /**
   * Changes run one after the other, each on what the one before left, so that two at once never undo each
   * other. Durable when it resolves with the new value; when writing fails the old one stays.
   */
  change(change: (value: T) => T): Promise<T>;
}

export function keptValue<T>(path: string, first: T, format: (value: T) => string): KeptValue<T> {
  let value = first;
  let last: Promise<unknown> = Promise.resolve();
  return {
    get: () => value,
    async change(change) {
      const changing = last.then(async () => {
        const next = change(value);
        await writeFileAtomic(path, format(next));
        value = next;
        return next;
      });
      last = changing.catch(() => undefined);
      return await changing;
    },
  };
}
