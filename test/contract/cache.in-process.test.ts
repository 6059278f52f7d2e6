import { describe } from 'vitest';
import { cacheInProcess } from '../fakes/cache-in-process.ts';
import { cacheContract } from './cache-contract.ts';

describe('the store on an IndexedDB in memory', () => {
  cacheContract(async () => {
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
  });
});
