import { describe } from 'vitest';
import { cacheInProcess } from '../fakes/cache-in-process.ts';
import { cacheContract, type CacheUnderTest } from './cache-contract.ts';
import { factsContract } from './facts-contract.ts';
import { restingContract } from './resting-contract.ts';

describe('the store on an IndexedDB in memory', () => {
  const make = async (): Promise<CacheUnderTest> => {
    let port = cacheInProcess();
    const { cacheId } = await port.call('open', { expectedCacheId: null });
    return {
      port,
      restart: async () => {
        port = port.restart();
        await port.call('open', { expectedCacheId: cacheId });
        return port;
      },
    };
  };
  cacheContract(make);
  restingContract(make);
  factsContract(make);
});
