import type { TakenMails, TransferLog } from './transfer-log.ts';

/** It brought messages into its folder that another try must not bring again. */
export function isBrokenImport({ progress }: TransferLog): boolean {
  const { start, end, taken, earlier } = progress;
  return start.kind === 'import' && end !== null && end.state !== 'done' && taken.length + earlier.length > 0;
}

/**
 * What imports into a folder that did not end well brought there, and is still in it. `stillIn`: which of these messages
 * are in that folder now.
 */
export async function earlierTaken(
  logs: readonly TransferLog[],
  stillIn: (messageIds: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<TakenMails> {
  // A batch that a kill cut short was noted again with other ids, of which one at most came to be.
  const all = logs.flatMap(({ progress }) => [...progress.earlier, ...progress.taken]);
  if (all.length === 0) return [];
  const there = await stillIn(all.map(([, messageId]) => messageId));
  return all.filter(([, messageId]) => there.has(messageId));
}

/** Counts down: says of each message whether one with these bytes is there already. */
export function alreadyThere(earlier: TakenMails): (sum: string) => boolean {
  const left = new Map<string, number>();
  for (const [sum] of earlier) left.set(sum, (left.get(sum) ?? 0) + 1);
  return (sum) => {
    const count = left.get(sum) ?? 0;
    if (count > 0) left.set(sum, count - 1);
    return count > 0;
  };
}
