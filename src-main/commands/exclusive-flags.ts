import type { FolderBatch } from '../../src-shared/cache-protocol.ts';
import type { OpAction } from '../journal/op.ts';
import {
  tooBusy,
  type ReplayContext,
  type ReplayFolder,
  type ReplayResult,
  type ResolvedTarget,
} from './command.ts';

type FlagAction = Extract<OpAction, { kind: 'flags' }>;
type Flags = Pick<FlagAction, 'add' | 'remove'>;

/** So often another program may change the same messages between our look and our STORE before we wait. */
const mostRounds = 5;

const junk = ['$Junk', '$NotJunk'];

/**
 * Keywords of which a message has one: $Junk or $NotJunk, and labels where one takes another's place. Whoever chose
 * last is right, so these are changed only where nobody else did since (R5). Empty: each flag stands for itself.
 */
export function exclusiveOf({ add, remove }: Flags): string[] {
  const keywords = (flags: readonly string[]): string[] => flags.filter((flag) => !flag.startsWith('\\'));
  const both = keywords(add).length > 0 && keywords(remove).length > 0;
  const touched = [...keywords(add), ...keywords(remove)].filter((flag) => both || junk.includes(flag));
  return [...new Set(touched.some((flag) => junk.includes(flag)) ? [...touched, ...junk] : touched)];
}

/** The change without these keywords, and the change of these alone. */
export function partedFlags(
  { add, remove }: Flags,
  exclusive: readonly string[],
): { plain: Flags; one: Flags } {
  const without = (flags: readonly string[]): string[] => flags.filter((flag) => !exclusive.includes(flag));
  const only = (flags: readonly string[]): string[] => flags.filter((flag) => exclusive.includes(flag));
  return {
    plain: { add: without(add), remove: without(remove) },
    one: { add: only(add), remove: only(remove) },
  };
}

type Stored =
  { state: 'done'; batches: FolderBatch[] } | Exclude<ReplayResult, { state: 'done' | 'rejected' }>;

/**
 * STORE with UNCHANGEDSINCE what we knew when the user chose (RFC 7162 §3.1.3). What the server names as MODIFIED is
 * read again and decided again: the same choice as then stands there, and ours is made; another one was made
 * meanwhile, and stays.
 */
export async function storeExclusive(
  entries: readonly ResolvedTarget[],
  folder: ReplayFolder,
  { wish, exclusive }: { wish: Flags; exclusive: readonly string[] },
  context: ReplayContext,
): Promise<Stored> {
  const store = context.backend.storeUnlessChanged?.bind(context.backend);
  if (store === undefined) return { state: 'done', batches: [] };
  const batches: FolderBatch[] = [];
  const base = { folderId: folder.folderId, gen: folder.gen };
  for (const group of Map.groupBy(entries, (entry) => sinceOf(entry, folder)).values()) {
    let left = group;
    let since = group[0] === undefined ? null : sinceOf(group[0], folder);
    for (let round = 0; left.length > 0; round += 1) {
      if (round > mostRounds)
        return tooBusy('Other programs are changing the same messages all the time. Posthorn tries again.');
      if (since !== null) {
        const uids = left.map((entry) => entry.ref.uid);
        const outcome = await store(folder.path, uids, wish, since, context.call);
        if (outcome.state === 'unknown') return outcome;
        const changed = new Set(outcome.value.changed);
        const done = uids.filter((uid) => !changed.has(uid));
        if (done.length > 0) batches.push({ ...base, flagChange: { uids: done, ...wish } });
        left = left.filter((entry) => changed.has(entry.ref.uid));
      }
      if (left.length === 0) break;
      const now = await readFlags(left, folder, context);
      batches.push({ ...base, flags: [...now].map(([uid, { flags }]) => ({ uid, flags })) });
      left = left.filter((entry) => {
        const found = now.get(entry.ref.uid);
        return found !== undefined && mayChoose(found.flags, entry, wish, exclusive);
      });
      since = left.reduce<string | null>((most, entry) => later(most, now.get(entry.ref.uid)?.modseq), null);
      // The server speaks of no mod-sequence any more: all that is left is the plain change.
      if (left.length > 0 && since === null) {
        const uids = left.map((entry) => entry.ref.uid);
        const outcome = await context.backend.storeFlags(folder.path, uids, wish, context.call);
        if (outcome.state === 'unknown') return outcome;
        batches.push({ ...base, flagChange: { uids, ...wish } });
        break;
      }
    }
  }
  return { state: 'done', batches };
}

/** Of another numbering the mod-sequence says nothing: such a message is looked at first. */
function sinceOf({ target, ref }: ResolvedTarget, folder: ReplayFolder): string | null {
  return target.ref?.folderId === folder.folderId && target.ref.gen === ref.gen
    ? (target.base?.modseq ?? null)
    : null;
}

/** Nobody has chosen otherwise since, and what is wished is not there yet. */
function mayChoose(
  flags: readonly string[],
  { target }: ResolvedTarget,
  wish: Flags,
  exclusive: readonly string[],
): boolean {
  const same = (had: readonly string[]): boolean =>
    exclusive.every((keyword) => flags.includes(keyword) === had.includes(keyword));
  const unchanged = same(target.base?.keywords ?? []) || same(target.base?.shown ?? []);
  const wished =
    wish.add.every((flag) => flags.includes(flag)) && !wish.remove.some((flag) => flags.includes(flag));
  return unchanged && !wished;
}

async function readFlags(
  entries: readonly ResolvedTarget[],
  folder: ReplayFolder,
  context: ReplayContext,
): Promise<Map<number, { flags: string[]; modseq: string | null }>> {
  const found = new Map<number, { flags: string[]; modseq: string | null }>();
  const uids = entries.map((entry) => entry.ref.uid).sort((a, b) => a - b);
  await context.backend.fetchFlags(folder.path, uids.join(','), {}, context.call, (news) => {
    if (news.kind === 'flags')
      for (const { uid, flags, modseq } of news.flags) found.set(uid, { flags, modseq });
    return Promise.resolve();
  });
  return found;
}

function later(a: string | null, b: string | null | undefined): string | null {
  if (a === null || b == null) return a ?? b ?? null;
  return BigInt(b) > BigInt(a) ? b : a;
}
