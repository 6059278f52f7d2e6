import type { StoreMethod, StoreNotice, StoreParams, StoreResult } from '../../src-shared/cache-protocol.ts';

/**
 * The cache as main sees it. Every method of `StoreMethods` is reached by `call`; a call resolves
 * when the store's transaction has committed. Calls are answered in the order in which they were made.
 */
export interface CachePort {
  call<M extends StoreMethod>(method: M, params: StoreParams<M>): Promise<StoreResult<M>>;
  onNotice(listener: (notice: StoreNotice) => void): void;
  /**
   * The store page went away (crash, browser gone) and is up again, perhaps with another cacheId:
   * whoever keeps pending patches sends them again.
   */
  onReopened(listener: (opened: StoreResult<'open'>) => void): void;
}
