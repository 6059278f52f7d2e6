import type { AppErrorData } from '../../src-shared/error.ts';
import type { AccountReport, BodiesWish } from './engine-ports.ts';
import type { PullReport } from './pull-ports.ts';

/** Somebody waits until a folder, or everything, was asked. */
export interface SyncRequest {
  folderId: string | null;
  bodies: BodiesWish;
  report: AccountReport;
  settle(): void;
}

/** Who waits for a sync, and the reports that what happens meanwhile is counted in. */
export interface SyncRequests {
  /** A report that counts from now on until it is closed. */
  open(accountId: string): AccountReport;
  close(report: AccountReport): void;
  /** Resolves when what was asked for is done or failed; `report.errors` says which. */
  wait(wish: { folderId?: string; bodies: BodiesWish }, report: AccountReport): Promise<void>;
  waiting(): boolean;
  take(): SyncRequest[];
  /** Nobody else would answer those that wait: there is no connection. */
  failAll(error: AppErrorData | null): void;
  pulled(report: PullReport): void;
  sent(report: { pushed: number; parked: number }): void;
  failed(error: AppErrorData): void;
}

export const lostData: AppErrorData = {
  code: 'connection-lost',
  scope: 'account',
  next: 'retry',
  detail:
    'The connection to the server was lost before everything was asked. What is here is kept; it goes on at the next connection.',
};

export function createSyncRequests(): SyncRequests {
  const requests: SyncRequest[] = [];
  const reports = new Set<AccountReport>();
  return {
    open(accountId) {
      const report = { accountId, added: 0, changed: 0, removed: 0, pushed: 0, parked: 0, errors: [] };
      reports.add(report);
      return report;
    },
    close: (report) => void reports.delete(report),
    wait: (wish, report) =>
      new Promise((settle) => {
        requests.push({ folderId: wish.folderId ?? null, bodies: wish.bodies, report, settle });
      }),
    waiting: () => requests.length > 0,
    take: () => requests.splice(0),
    failAll(error) {
      for (const request of requests.splice(0)) {
        request.report.errors.push(error ?? lostData);
        request.settle();
      }
    },
    pulled(report) {
      for (const open of reports) {
        open.added += report.added;
        open.changed += report.changed;
        open.removed += report.removed;
      }
    },
    sent(report) {
      for (const open of reports) {
        open.pushed += report.pushed;
        open.parked += report.parked;
      }
    },
    failed(error) {
      for (const open of reports) open.errors.push(error);
    },
  };
}
