import type { LeaveOnServer } from '../../src-shared/model/account.ts';
import { isStub, type TakenKey } from '../local-mail/local-state.ts';

/** True when the account's choice says that the server's copy of a message that is safe here may go. */
export function mayGo(taken: TakenKey, policy: LeaveOnServer, now: number): boolean {
  // Of a message whose header alone is here the server's copy is the only one.
  if (isStub(taken)) return false;
  switch (policy.kind) {
    case 'remove':
      return true;
    case 'days':
      // A clock that was set back must not keep mail for ever, one set forward must not hurry: whole days only.
      return taken.holder === null || now - taken.at >= policy.days * 86_400_000;
    case 'until-deleted':
      return taken.holder === null;
    case 'always':
      return false;
  }
}
