import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { AccountEngine, AccountReport, BodiesWish } from './engine-ports.ts';

export interface EnginesPorts {
  /** The engine that the account's mode and protocol want; made anew for each start. */
  engineFor(account: AccountSettings): AccountEngine;
  online(): boolean;
  /** An operation of the account could go to its server now. */
  hasReady(accountId: string): boolean;
}

/** The engines of all accounts; one account's failure never slows another. */
export interface Engines {
  get(accountId: string): AccountEngine | undefined;
  all(): AccountEngine[];
  start(account: AccountSettings): void;
  /** New settings or password: stop and start again. */
  restart(account: AccountSettings): void;
  stop(accountId: string): void;
  stopAll(): void;
  setOnline(online: boolean): void;
  sync(
    accountIds: readonly string[],
    wish: { folderId?: string; bodies: BodiesWish },
  ): Promise<AccountReport[]>;
}

export function createEngines(ports: EnginesPorts): Engines {
  const engines = new Map<string, AccountEngine>();

  function start(account: AccountSettings): void {
    const engine = ports.engineFor(account);
    engines.set(account.accountId, engine);
    if (ports.online()) engine.start();
    else engine.setOnline(false);
  }

  function stop(accountId: string): void {
    engines.get(accountId)?.stop();
    engines.delete(accountId);
  }

  return {
    get: (accountId) => engines.get(accountId),
    all: () => [...engines.values()],
    start,
    restart(account) {
      stop(account.accountId);
      start(account);
    },
    stop,
    stopAll() {
      for (const accountId of [...engines.keys()]) stop(accountId);
    },
    setOnline(online) {
      for (const engine of engines.values()) engine.setOnline(online);
    },
    async sync(accountIds, wish) {
      const once = async (accountId: string): Promise<AccountReport> => {
        const engine = engines.get(accountId);
        return engine === undefined
          ? { accountId, added: 0, changed: 0, removed: 0, pushed: 0, parked: 0, errors: [] }
          : await engine.sync(wish);
      };
      const reports = await Promise.all(accountIds.map(once));
      // A move to another account leaves its original when the other server has it, perhaps only just now.
      return await Promise.all(
        reports.map(async (report) =>
          report.errors.length === 0 && ports.hasReady(report.accountId)
            ? sum(report, await once(report.accountId))
            : report,
        ),
      );
    },
  };
}

function sum(first: AccountReport, second: AccountReport): AccountReport {
  return {
    accountId: first.accountId,
    added: first.added + second.added,
    changed: first.changed + second.changed,
    removed: first.removed + second.removed,
    pushed: first.pushed + second.pushed,
    parked: first.parked + second.parked,
    errors: [...first.errors, ...second.errors],
  };
}
