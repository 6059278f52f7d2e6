import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import type { CachePort } from '../../src-main/cache/cache-port.ts';
import { StoreServer } from '../../src-renderer/store/serve.ts';
import { Store } from '../../src-renderer/store/store.ts';
import type {
  StoreAnswer,
  StoreMethod,
  StoreNotice,
  StoreParams,
  StoreResult,
} from '../../src-shared/cache-protocol.ts';

export interface CacheInProcess extends CachePort {
  /** A store on the same database, as after a restart; the old one is closed. */
  restart(): CacheInProcess;
  readonly indexedDB: IDBFactory;
  close(): void;
}

/** The real store on an IndexedDB in memory: same code, same answers, no browser. Call `open` first. */
export function cacheInProcess(indexedDB: IDBFactory = new IDBFactory()): CacheInProcess {
  const listeners: ((notice: StoreNotice) => void)[] = [];
  const store = new Store(
    (notice) => {
      for (const listener of listeners) listener(structuredClone(notice));
    },
    { indexedDB, IDBKeyRange },
  );
  const server = new StoreServer(store);
  let next = 1;
  return {
    indexedDB,
    call: <M extends StoreMethod>(method: M, params: StoreParams<M>) =>
      new Promise<StoreResult<M>>((resolve, reject) => {
        const id = next;
        next += 1;
        const message: unknown = JSON.parse(JSON.stringify({ id, method, params }));
        server.fromMain(message, (answer: StoreAnswer) => {
          if (answer.ok) resolve(answer.value as StoreResult<M>);
          else reject(Object.assign(new Error(answer.error), { code: answer.code }));
        });
      }),
    onNotice: (listener) => {
      listeners.push(listener);
    },
    onReopened: () => undefined,
    restart: () => {
      store.close();
      return cacheInProcess(indexedDB);
    },
    close: () => store.close(),
  };
}
