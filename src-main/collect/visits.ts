import { AppError } from '../../src-shared/error.ts';
import { leavePolicyOf, type AccountSettings } from '../../src-shared/model/account.ts';
import type { LocalMail } from '../local-mail/local-mail.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { collect, type Collected } from './collect.ts';
import type { Collection } from './drop-boxes.ts';
import { mayGo } from './leave-policy.ts';
import { Troubles } from './troubles.ts';
import type { WholeRequests } from './whole-requests.ts';

export interface VisitPorts {
  account(): AccountSettings;
  mail(): Promise<LocalMail>;
  /** Signs in and says what there is to collect; null: no server belongs to this mail. */
  collections: ((mail: LocalMail, signal: AbortSignal) => Promise<Collection[]>) | null;
  /** Asked for by the local folders: messages whose header alone is here. */
  requests: WholeRequests;
  /** Ends every connection to the server. */
  hangUp(): void;
  clock: Clock;
  crash: CrashControl;
  onProgress(path: string, done: number, total: number): void;
}

/** Visits to the server that mail is taken home from, one after the other. */
export interface Visits {
  /** Signs in, collects every folder where something may be new, and hangs up. */
  make(signal: AbortSignal): Promise<Collected>;
  /** The next visit takes large mail home too. */
  takeEverything(): void;
  /** The server wants no visit for so long after the last one, in ms. */
  pauseMs(): number;
}

export function createVisits(ports: VisitPorts): Visits {
  const { clock, collections, requests } = ports;
  let pause = 0;
  const troubles = new Troubles();
  let everything = false;

  /** What the server said of its folders when they were collected last without trouble. */
  const unchanged = new Map<string, string>();

  function anyMayGo(mail: LocalMail, scope: string): boolean {
    const policy = leavePolicyOf(ports.account());
    return [...mail.state.taken.values()].some(
      (taken) =>
        taken.absent === undefined && taken.key.startsWith(`${scope}:`) && mayGo(taken, policy, clock.now()),
    );
  }

  async function make(signal: AbortSignal): Promise<Collected> {
    const sum: Collected = { added: 0, removed: 0, refused: null };
    if (collections === null) return sum;
    const mail = await ports.mail();
    const largest = everything ? null : (ports.account().leaveLargerThan ?? null);
    everything = false;
    try {
      for (const { dropBox, path, scope, fingerprint } of await collections(mail, signal)) {
        const isAsked = requests.keys(scope).length > 0;
        if (
          fingerprint !== null &&
          unchanged.get(scope) === fingerprint &&
          !anyMayGo(mail, scope) &&
          !isAsked
        )
          continue;
        unchanged.delete(scope);
        const got = await collect({
          dropBox,
          mail,
          path,
          scope,
          policy: leavePolicyOf(ports.account()),
          largest,
          requests,
          troubles,
          clock,
          crash: ports.crash,
          signal,
          onProgress: (done, total) => ports.onProgress(path, done, total),
        }).catch((error: unknown) => {
          // A folder that the server does not open (case 46) keeps no other one from being collected.
          if (!(error instanceof AppError) || error.data.scope !== 'folder') throw error;
          return { added: 0, removed: 0, refused: error };
        });
        pause = dropBox.pauseMs?.() ?? 0;
        sum.added += got.added;
        sum.removed += got.removed;
        sum.refused ??= got.refused;
        if (got.refused === null && fingerprint !== null) unchanged.set(scope, fingerprint);
      }
      if (sum.refused !== null) throw sum.refused;
      return sum;
    } finally {
      ports.hangUp();
    }
  }

  return {
    make,
    takeEverything() {
      everything = true;
    },
    pauseMs: () => pause,
  };
}
