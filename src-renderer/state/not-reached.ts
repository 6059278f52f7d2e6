import type { AccountView } from '../../src-shared/ipc/areas/account.ts';

/** Its server is not reached now: what waits for it is not on its way. */
export function notReached(account: AccountView | undefined): boolean {
  return account !== undefined && ['waiting', 'offline', 'connecting'].includes(account.state);
}
