import type { Discovery, TriedSource } from '../../../src-shared/ipc/areas/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Engines } from '../../sync/engines.ts';
import type { Push } from '../push.ts';
import type { Handlers } from '../serve.ts';

export interface AccountHandlerPorts {
  accounts: Accounts;
  engines: Engines;
  push: Push;
  /** What sending held back for this account may be tried again. */
  release(accountId: string): void;
  discover(
    address: string,
    signal: AbortSignal,
    onProgress: (tried: TriedSource) => void,
  ): Promise<Discovery>;
}

export type AccountHandlers = Pick<Handlers, Extract<keyof Handlers, `account.${string}`>>;

export function accountHandlers({
  accounts,
  engines,
  push,
  release,
  discover,
}: AccountHandlerPorts): AccountHandlers {
  let discovering: AbortController | null = null;
  return {
    'account.discover': async ({ address }) => {
      const mine = new AbortController();
      discovering = mine;
      try {
        return await discover(address, mine.signal, (tried) => push.tell('discover.progress', tried));
      } finally {
        if (discovering === mine) discovering = null;
      }
    },
    'account.discoverAbort': () => {
      discovering?.abort();
      return {};
    },
    'account.add': async (params) => ({ accountId: await accounts.add(params) }),
    'account.list': () => accounts.list(),
    'account.remove': async ({ accountId }) => {
      await accounts.remove(accountId);
      return {};
    },
    'account.modePreview': ({ accountId, mode }) => accounts.preview(accountId, mode),
    'account.setMode': async ({ accountId, mode, pending, leaveOnServer }) => {
      await accounts.setMode(accountId, mode, { pending, leaveOnServer });
      return {};
    },
    'account.update': async (params) => {
      await accounts.update(params);
      release(params.accountId);
      return {};
    },
    'account.setPassword': async (params) => {
      await accounts.setPassword(params);
      release(params.accountId);
      return {};
    },
    'account.tryNow': async ({ accountId }) => {
      accounts.need(accountId);
      release(accountId);
      await engines.get(accountId)?.tryNow();
      return {};
    },
  };
}
