import { AppError, toAppError } from '../../src-shared/error.ts';
import { everything as all, type BodyPolicy, type BodyWish } from '../../src-shared/model/body-policy.ts';
import type { Call } from '../backends/backend.ts';
import type { Clock } from '../platform/clock.ts';
import type { SpaceGuard } from '../platform/free-space.ts';
import { keepBodies, nextUnit, weightOf, type BodyPorts, type FetchedBody } from './bodies.ts';
import { fetchInPieces } from './large-body.ts';
import { bodyUnits, createUnitSize, pieceUnits, type UnitSize } from './unit-size.ts';
import { bodyWishes } from './body-wishes.ts';
import type { FolderEntry } from './folder-register.ts';

export interface Prefetch {
  entries: readonly FolderEntry[];
  policy: BodyPolicy;
  /** Whole mailboxes, whatever the policy says. */
  everything: boolean;
  ports: BodyPorts;
  space: SpaceGuard;
  clock: Clock;
  call: Call;
  /** Called after each unit and each piece of a large message: does what is more urgent; true ends the fetching for now. */
  giveWay(): Promise<boolean>;
  onError(error: AppError): void;
}

/**
 * Fetches bodies ahead of time, each kind of wish in every folder before the next: starred ones, the newest days,
 * small ones of any age. True when nothing is left to fetch, or when the disk has no room for more.
 */
export async function prefetch(options: Prefetch): Promise<boolean> {
  const { entries, policy, everything, clock } = options;
  const now = clock.now();
  const steps: Steps = {
    kept: 0,
    unit: createUnitSize(bodyUnits, clock),
    piece: createUnitSize(pieceUnits, clock),
  };
  const wishes = entries.map((entry) => ({
    entry,
    wishes: everything && entry.selectable && !entry.local ? all : bodyWishes(entry, policy, now),
  }));
  for (let step = 0; step < 3; step += 1) {
    for (const { entry, wishes: wished } of wishes) {
      const wish = wished[step];
      if (wish === undefined) continue;
      const left = await prefetchFolder(entry, wish, options, steps);
      if (left === 'gave-way') return false;
      if (left === 'no-room') {
        options.onError(noRoom());
        return true;
      }
    }
  }
  return true;
}

/** Messages asked for at a time, to be fetched in units. */
const wantedAtOnce = 2_000;
/** The first ones are read as they come, for they are what is looked at; those behind them when all are here. */
const readAtOnce = 200;

/** How far a run has come, and how large its steps are. */
interface Steps {
  /** Messages kept so far. */
  kept: number;
  /** How much the connection did lately: as many messages as make a unit, and pieces of a message larger than that. */
  unit: UnitSize;
  piece: UnitSize;
}

async function prefetchFolder(
  entry: FolderEntry,
  wish: BodyWish,
  options: Prefetch,
  steps: Steps,
): Promise<'done' | 'gave-way' | 'no-room'> {
  const { ports, space, call, giveWay, onError } = options;
  const { unit: unitSize, piece } = steps;
  // One unit is fetched, one is read and one is written; never more, so memory stays flat.
  let before: Promise<void> = Promise.resolve();
  let writing: Promise<void> = Promise.resolve();
  const written = async (): Promise<void> => {
    await before;
    await writing;
  };
  try {
    for (;;) {
      const wanted = await ports.cache.call('bodiesWanted', {
        folderId: entry.folderId,
        ...wish,
        limit: wantedAtOnce,
      });
      let fetched = 0;
      for (let at = 0; at < wanted.length;) {
        const unit = nextUnit(wanted, at, unitSize.now());
        at += unit.length;
        // A full disk is worth a word only where something is left out because of it.
        if ((await space.level()) !== 'ok') {
          await written();
          return 'no-room';
        }
        const fetch = (): Promise<FetchedBody[]> =>
          fetchInPieces(entry, unit, ports, call, { size: piece, giveWay });
        // A message larger than a unit says nothing about units: its pieces are measured by themselves.
        const bodies = unit.length === 1 ? await fetch() : await unitSize.measure(weightOf(unit), fetch);
        fetched += bodies.length;
        await before;
        before = writing;
        writing = keepBodies(bodies, ports, steps.kept > readAtOnce);
        steps.kept += bodies.length;
        // Said now so that a failed write is not an unhandled rejection while the next fetch runs.
        writing.catch(() => undefined);
        if (await giveWay()) {
          await written();
          return 'gave-way';
        }
      }
      await written();
      if (fetched === 0) return 'done';
    }
  } catch (thrown) {
    await Promise.allSettled([before, writing]);
    const error = toAppError(thrown);
    if (error.data.scope === 'account' || error.data.scope === 'app' || call.signal.aborted) throw thrown;
    onError(error);
    return 'done';
  }
}

function noRoom(): AppError {
  return new AppError({
    code: 'quota',
    scope: 'app',
    next: 'tell-user',
    detail:
      'The disk is nearly full, so no more messages are fetched ahead. Your changes and drafts are still kept; free some space.',
  });
}
