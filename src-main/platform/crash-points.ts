/**
 * Named places at which a test can kill the program (`test.crashAt`), so that every scenario is also
 * run killed there and resumed. Without test hooks `reach` is an empty call.
 */
export const crashPoints = [
  { name: 'journal.before-append', area: 'journal' },
  { name: 'journal.after-append', area: 'journal' },
  { name: 'submit.before-answer', area: 'journal' },
  { name: 'replay.armed', area: 'replay' },
  { name: 'replay.sent', area: 'replay' },
  { name: 'replay.answered', area: 'replay' },
  { name: 'replay.acked', area: 'replay' },
  { name: 'replay.applied', area: 'replay' },
  { name: 'purge.unmarked', area: 'replay' },
  { name: 'purge.expunged', area: 'replay' },
  { name: 'pull.identities-listed', area: 'pull' },
  { name: 'pull.renumbered', area: 'pull' },
  { name: 'pull.rows-fetched', area: 'pull' },
  { name: 'pull.batch-applied', area: 'pull' },
  { name: 'pull.folder-done', area: 'pull' },
  { name: 'bodies.fetched', area: 'pull' },
  { name: 'local.before-append', area: 'collect' },
  { name: 'local.after-append', area: 'collect' },
  { name: 'collect.fetched', area: 'collect' },
  { name: 'collect.stored', area: 'collect' },
  { name: 'collect.marked', area: 'collect' },
  { name: 'collect.committed', area: 'collect' },
  { name: 'mode.marked', area: 'mode' },
  { name: 'mode.rows-removed', area: 'mode' },
  { name: 'mode.cache-rewritten', area: 'mode' },
  { name: 'account.removing', area: 'mode' },
  { name: 'account.journal-forgotten', area: 'mode' },
  { name: 'account.cache-forgotten', area: 'mode' },
  { name: 'outbox.queued', area: 'outbox' },
  { name: 'outbox.wire', area: 'outbox' },
  { name: 'outbox.before-final-dot', area: 'outbox' },
  { name: 'outbox.after-final-dot', area: 'outbox' },
  { name: 'outbox.sent', area: 'outbox' },
  { name: 'outbox.filed', area: 'outbox' },
  { name: 'export.unit-written', area: 'transfer' },
  { name: 'export.unit-noted', area: 'transfer' },
  { name: 'export.named', area: 'transfer' },
  { name: 'import.blobs-written', area: 'transfer' },
  { name: 'import.journaled', area: 'transfer' },
  { name: 'draft.blob-written', area: 'drafts' },
  { name: 'draft.saved', area: 'drafts' },
] as const;

export type CrashPoint = (typeof crashPoints)[number]['name'];

export interface CrashControl {
  /** Dies here when a test asked for it. */
  reach(point: CrashPoint): void;
}

export interface ArmableCrashes extends CrashControl {
  /** Asks for a SIGKILL at the `hit`-th time the point is reached from now. */
  crashAt(point: string, hit: number): boolean;
}

/** `kill` ends main and browser at once; it does not return. */
export function createCrashControl(kill: () => never): ArmableCrashes {
  const armed = new Map<string, number>();
  return {
    reach(point) {
      const left = armed.get(point);
      if (left === undefined) return;
      if (left <= 1) kill();
      armed.set(point, left - 1);
    },
    crashAt(point, hit) {
      if (!crashPoints.some((known) => known.name === point)) return false;
      armed.set(point, hit);
      return true;
    },
  };
}

export const noCrashes: CrashControl = { reach: () => undefined };
