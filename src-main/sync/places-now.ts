import type { MessageRef } from '../../src-shared/model/message.ts';
import { formatUidSet, uidSetOf } from '../../src-shared/uid-set.ts';
import type { Call, MessageIdentity } from '../backends/backend.ts';
import type { OpTarget } from '../journal/op.ts';
import { identitiesOnServer } from './identities.ts';
import type { ReplayPorts } from './replay-ports.ts';
import { plainId } from './same-message.ts';

/**
 * Where each message is to be looked for: as the cache knows, else as an earlier operation left it, else as it was when
 * the user acted; null where nobody ever knew. Where these differ the server is asked which is true: the cache may be
 * newer (another program moved the message) and, after a power cut that took its last writes, older than the journal.
 * A UID is never given twice, so an old place is found empty.
 */
export async function placesNow(
  targets: readonly OpTarget[],
  cached: readonly (MessageRef | null)[],
  ports: ReplayPorts,
  call: Call,
): Promise<(MessageRef | null)[]> {
  const { journal, register } = ports;
  const candidates = targets.map((target, i) => {
    const left = journal.placeOf(target.messageId) ?? null;
    const own = cached[i] ?? null;
    // Two that know it by different ways agree: what was true when the user acted is past.
    if (own !== null && left !== null && isSame(own, left)) return [own];
    return distinct([left, own, target.ref]);
  });
  const asked = new Map<string, MessageRef[]>();
  for (const refs of candidates)
    if (refs.length > 1)
      for (const ref of refs) {
        const folder = register.get(ref.folderId);
        if (folder === undefined || folder.local || folder.gen !== ref.gen) continue;
        const some = asked.get(ref.folderId) ?? [];
        asked.set(ref.folderId, some);
        some.push(ref);
      }
  const there = new Map<string, Map<number, MessageIdentity>>();
  for (const [folderId, refs] of asked) there.set(folderId, await lookUp(folderId, refs, ports, call));
  return targets.map((target, i) => {
    const refs = candidates[i] ?? [];
    const found = refs.find((ref) => {
      const message = there.get(ref.folderId)?.get(ref.uid);
      return message !== undefined && isIt(target, message);
    });
    // Found nowhere it is gone, or its folder was numbered anew: as the cache says, who hears of that first.
    return found ?? cached[i] ?? refs[0] ?? null;
  });
}

async function lookUp(
  folderId: string,
  refs: readonly MessageRef[],
  { register, backend }: ReplayPorts,
  call: Call,
): Promise<Map<number, MessageIdentity>> {
  const folder = register.get(folderId);
  if (folder === undefined) return new Map();
  backend.expectValidity(folder.path, folder.uidValidity);
  const uids = formatUidSet(uidSetOf(refs.map((ref) => ref.uid)));
  const found = await identitiesOnServer(backend, folder.path, uids, call);
  return new Map(found.map((message) => [message.uid, message]));
}

/** An account that keeps nothing here does not remember Message-IDs. */
function isIt(target: OpTarget, message: MessageIdentity): boolean {
  const [ours, theirs] = [plainId(target.messageIdHeader), plainId(message.messageIdHeader)];
  return ours === '' || theirs === '' || ours === theirs;
}

const isSame = (one: MessageRef, other: MessageRef): boolean =>
  one.folderId === other.folderId && one.gen === other.gen && one.uid === other.uid;

function distinct(refs: readonly (MessageRef | null)[]): MessageRef[] {
  const kept: MessageRef[] = [];
  for (const ref of refs) if (ref !== null && !kept.some((one) => isSame(one, ref))) kept.push(ref);
  return kept;
}
