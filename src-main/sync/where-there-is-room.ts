import { toAppError } from '../../src-shared/error.ts';

/**
 * Shows something in the cache, or leaves it when the disk is full: a cache that cannot keep what was done must not
 * keep it from being done. Rows are asked for again by the next pass, patches sorted out at the next start.
 */
export async function whereThereIsRoom(show: () => Promise<unknown>): Promise<void> {
  try {
    await show();
  } catch (thrown) {
    if (toAppError(thrown).code !== 'quota') throw thrown;
  }
}
