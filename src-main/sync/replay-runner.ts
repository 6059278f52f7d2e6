import { lateMs, mayComeLate } from '../commands/command.ts';
import { delay, type Timer } from '../platform/clock.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { FolderListing } from './folder-listing.ts';
import { createLateMarks } from './late-marks.ts';
import { hasReadyOp } from './replay-order.ts';
import { replayAll, type ReplayReport } from './replay.ts';
import type { Session } from './session.ts';
import type { SyncRequests } from './sync-requests.ts';

/** Rounds that are waited for; each takes some ten milliseconds and a round trip. */
const mostRounds = 8;

export interface ReplayRunnerPorts extends EnginePorts {
  accountId: string;
  keepsRows: boolean;
  session: Session;
  listing: FolderListing;
  requests: SyncRequests;
  /** The folders' names are known: operations can find them. */
  foldersKnown(): boolean;
  /** These folders are to be asked for news. */
  want(folderId: string): void;
  /** The connection failed, or something that speaks for the whole account. */
  failed(thrown: unknown, signal: AbortSignal): void;
}

/** Sends what waits in the journal, one run at a time, and again when something is due later. */
export interface ReplayRunner {
  /** Something may wait. */
  kick(): void;
  /**
   * Resolves when what waits now was tried: not when nothing waits any more, which a user who goes on clicking may put
   * off for ever (news of 2,000 marks came after 52 s).
   */
  settled(): Promise<void>;
  /**
   * Waits for what a lost connection may still do and is looked for once more, some seconds after the loss; false:
   * nothing is.
   */
  lookedTwice(): Promise<boolean>;
  stop(): void;
}

export function createReplayRunner(ports: ReplayRunnerPorts): ReplayRunner {
  const { accountId, clock, journal, session, listing } = ports;
  const lateMarks = createLateMarks(clock);
  let running: Promise<void> | null = null;
  let again = false;
  let timer: Timer | null = null;
  /** Called at the end of each round. */
  let atRoundEnd: (() => void)[] = [];

  function roundEnded(): void {
    const ended = atRoundEnd;
    atRoundEnd = [];
    for (const tell of ended) tell();
  }

  function kick(): void {
    if (running !== null) {
      again = true;
      return;
    }
    const signal = session.signal();
    if (signal !== null && !ports.foldersKnown()) return;
    if (signal === null) {
      // Waiting for the network is not an error; a connection attempt is made when none is refused.
      void session.ensure().catch(() => undefined);
      return;
    }
    running = run(signal).finally(() => {
      running = null;
      roundEnded();
      if (again && session.signal() !== null) {
        again = false;
        kick();
      }
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    const call = { lane: 'interactive', signal } as const;
    try {
      // A folder that was renamed or made anew meanwhile must be known by its name before anything goes there.
      if (!listing.knownIn(signal) && hasReadyOp({ accountId, journal, clock })) await listing.list(call);
      let report: ReplayReport;
      do {
        again = false;
        report = await replayAll(
          { ...ports, lateMarks, listFolders: listing.list, wantPull: (ids) => ids.forEach(ports.want) },
          call,
        );
        ports.requests.sent(report);
        roundEnded();
        timer?.cancel();
        if (report.nextTryAt !== null)
          timer = clock.setTimeout(kick, Math.max(0, report.nextTryAt - clock.now()));
      } while (again || report.more);
    } catch (thrown) {
      ports.failed(thrown, signal);
    }
  }

  async function settled(): Promise<void> {
    // The round that goes on may have begun before the newest wish; one done may let others go.
    for (let rounds = 0; rounds < mostRounds && running !== null; rounds += 1)
      await new Promise<void>((resolve) => atRoundEnd.push(resolve));
  }

  return {
    kick,
    settled,
    async lookedTwice() {
      if (session.signal() === null) return false;
      const waits = journal
        .ops(accountId)
        .flatMap((op) =>
          op.nextTryAt !== null && (mayComeLate(op, clock) || lateMarks.holds(op) !== null)
            ? [op.nextTryAt - clock.now()]
            : [],
        );
      // One whose connection dies again and again waits longer: nobody waits for that.
      const soon = waits.filter((ms) => ms <= lateMs);
      if (soon.length === 0) return false;
      await delay(clock, Math.max(0, ...soon));
      kick();
      await settled();
      return true;
    },
    stop: () => timer?.cancel(),
  };
}
