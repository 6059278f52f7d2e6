import type { Call } from '../backends/backend.ts';
import type { EnginePorts } from './engine-ports.ts';
import { folderRank } from './folder-rank.ts';
import { prefetch } from './prefetch.ts';
import type { ReplayRunner } from './replay-runner.ts';
import type { SyncRequest, SyncRequests } from './sync-requests.ts';
import type { UrgentWork } from './urgent-work.ts';
import type { WholeLater } from './whole-later.ts';

export interface BodiesAheadPorts {
  engine: EnginePorts;
  accountId: string;
  requests: SyncRequests;
  replay: ReplayRunner;
  urgent: UrgentWork;
  later: WholeLater;
  /** Folders that are to be asked for news come before bodies. */
  pullWanted(call: Call): Promise<void>;
  /** All folders are to be asked. */
  passWanted(): boolean;
}

/** Bodies that nobody waits for: the rest of messages that were opened, then what the policy wants. */
export interface BodiesAhead {
  /** It gives way to everything else, and goes on after it. */
  waiting(): boolean;
  run(taken: readonly SyncRequest[], call: Call): Promise<void>;
}

export function createBodiesAhead(ports: BodiesAheadPorts): BodiesAhead {
  const { engine, accountId, requests, replay, urgent, later } = ports;
  let prefetchWanted = false;
  return {
    waiting: () => prefetchWanted || later.waiting(),
    async run(taken, call) {
      const all = taken.some((request) => request.bodies === 'all');
      const asked = all || taken.some((request) => request.bodies === 'policy');
      // Fetching ahead gives way before its first message too: it would start the reader of mail for nothing.
      if (!asked && (taken.length > 0 || requests.waiting())) {
        prefetchWanted = true;
        return;
      }
      const othersWait = async (): Promise<boolean> => {
        await replay.settled();
        await urgent.idle();
        await ports.pullWanted(call);
        return !asked && (requests.waiting() || ports.passWanted());
      };
      do {
        prefetchWanted = true;
        if (!(await later.run(call, othersWait))) continue;
        prefetchWanted = !(await prefetch({
          entries: engine.register.all(accountId).toSorted((a, b) => folderRank(a) - folderRank(b)),
          policy: engine.account().bodies,
          everything: all,
          ports: engine,
          space: engine.space,
          clock: engine.clock,
          call,
          giveWay: async () => (await othersWait()) || later.waiting(),
          onError: (error) => requests.failed(error.data),
        }));
        // Only whoever was asked for goes on here: everybody else is called again.
      } while (asked && prefetchWanted);
    },
  };
}
