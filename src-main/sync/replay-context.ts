import { AppError } from '../../src-shared/error.ts';
import { formatUidSet, parseUidSet, subtract, uidSetOf } from '../../src-shared/uid-set.ts';
import type { Call } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { ReplayContext, Resolution } from '../commands/command.ts';
import type { Op, OpEvidence, OpTarget } from '../journal/op.ts';
import type { FolderEntry } from './folder-register.ts';
import { describeFolders, nameOf } from './folder-verbs.ts';
import { identitiesOnServer } from './identities.ts';
import { placesNow } from './places-now.ts';
import type { ReplayPorts } from './replay-ports.ts';
import { seekElsewhere } from './folder-gone.ts';
import { pairUp, plainId } from './same-message.ts';

/** What a command is given to bring this operation to the server. */
export function contextFor(op: Op, ports: ReplayPorts, call: Call): ReplayContext {
  const { journal, cache, register, backend, blobs, crash } = ports;
  const makesFolders = op.action.kind.startsWith('folder-');
  const context: ReplayContext = {
    backend,
    call,
    folder(folderId) {
      const entry = register.get(folderId);
      if (entry === undefined || (entry.local && !makesFolders)) return undefined;
      // UIDs of another generation must never reach the wire: the backend refuses when SELECT says otherwise.
      backend.expectValidity(entry.path, entry.uidValidity);
      return { folderId, path: entry.path, gen: entry.gen };
    },
    resolve: (targets) => resolveTargets(targets, ports, call),
    async send(evidence: OpEvidence = op.evidence) {
      if (op.state === 'sent') return;
      // What is sent now is not lost.
      const { lostAt: _lostAt, ...given } = evidence;
      await journal.change(op.opId, { state: 'armed', evidence: given });
      crash.reach('replay.armed');
      await journal.change(op.opId, { state: 'sent' });
      crash.reach('replay.sent');
    },
    async keep(evidence) {
      await journal.change(op.opId, { evidence });
    },
    blob: (sha256) => blobs.get(sha256),
    now: () => ports.clock.now(),
    async folderRenamed(folderId, path) {
      const entry = register.get(folderId);
      if (entry === undefined) return;
      const from = entry.path;
      for (const other of register.all(op.accountId)) {
        if (other.folderId === folderId)
          register.change(folderId, { path, name: nameOf(path, entry.delimiter) });
        else if (entry.delimiter !== null && other.path.startsWith(`${from}${entry.delimiter}`)) {
          register.change(other.folderId, { path: path + other.path.slice(from.length) });
        }
      }
      await saveFolders();
    },
    async folderRemoved(folderId) {
      register.remove(folderId);
      await register.save();
      await cache.call('removeFolder', { folderId });
    },
    leftIn: (folderId) => register.get(folderId)?.leftBehind ?? '',
    reach: (point) => crash.reach(point),
    async purged(folderId, uids) {
      const entry = register.get(folderId);
      if (entry === undefined) return;
      const left = subtract(parseUidSet(entry.leftBehind ?? '') ?? [], parseUidSet(uids) ?? []);
      register.change(folderId, { leftBehind: formatUidSet(left) });
      await register.save();
    },
    async leftBehind(folderId, uids) {
      const entry = register.get(folderId);
      if (entry === undefined) return;
      const all = [entry.leftBehind ?? '', formatUidSet(uidSetOf(uids))]
        .filter((set) => set !== '')
        .join(',');
      register.change(folderId, { leftBehind: formatUidSet(parseUidSet(all) ?? []) });
      await register.save();
    },
    async folderCreated(folderId) {
      if (register.get(folderId) === undefined) return;
      register.change(folderId, { local: false });
      await saveFolders();
    },
  };
  async function saveFolders(): Promise<void> {
    await register.save();
    await cache.call('putFolders', {
      accountId: op.accountId,
      folders: describeFolders(register, op.accountId),
    });
  }
  return context;
}

/**
 * Where the server has these messages now. When the folder's UIDs have changed since (another generation), a
 * message is taken only if exactly one there is it by EMAILID, or by Message-ID, size and date (R7).
 */
async function resolveTargets(
  targets: readonly OpTarget[],
  ports: ReplayPorts,
  call: Call,
): Promise<Resolution> {
  const { cache, register } = ports;
  const resolution: Resolution = { found: [], gone: [], doubtful: [] };
  const lost = new Map<FolderEntry, OpTarget[]>();
  const homeless: { target: OpTarget; folderId: string }[] = [];
  const located = await cache.call('locate', { messageIds: targets.map((target) => target.messageId) });
  const places = await placesNow(
    targets,
    located.map((row) => row?.ref ?? null),
    ports,
    call,
  );
  for (const [i, target] of targets.entries()) {
    const ref = places[i] ?? null;
    const folder = ref === null ? undefined : register.get(ref.folderId);
    if (ref === null && target.seekIn !== undefined) {
      await seek(target, target.seekIn, resolution, ports, call);
    } else if (ref === null) {
      resolution.gone.push(target);
    } else if (folder === undefined) {
      homeless.push({ target, folderId: ref.folderId });
    } else if (ref.gen === folder.gen) {
      resolution.found.push({ target, ref });
    } else if (located[i]?.ref != null && !(await hasGeneration(folder, cache))) {
      // Cache and register speak of different numberings: a pass brings them together, then this goes on.
      throw new AppError({
        code: 'refused',
        scope: 'folder',
        next: 'retry',
        detail: `The server numbered the messages of “${folder.name}” anew. The change goes on when they are listed again.`,
      });
    } else {
      const others = lost.get(folder) ?? [];
      lost.set(folder, others);
      others.push(target);
    }
  }
  for (const [folder, some] of lost) await findAgain(some, folder, resolution, ports, call);
  if (homeless.length > 0) await seekElsewhere(homeless, resolution, ports, call);
  return resolution;
}

/** The cache's folder is of the register's numbering: a row of another one was left behind by it. */
async function hasGeneration({ accountId, folderId, gen }: FolderEntry, cache: CachePort): Promise<boolean> {
  const [folder] = await cache.call('folders', { accountId, folderId });
  return folder?.cursor?.gen === gen;
}

/** Their folder was numbered anew since, and no row of the cache is theirs any more. */
async function findAgain(
  targets: readonly OpTarget[],
  folder: FolderEntry,
  resolution: Resolution,
  { backend }: ReplayPorts,
  call: Call,
): Promise<void> {
  backend.expectValidity(folder.path, folder.uidValidity);
  const there = await identitiesOnServer(backend, folder.path, '1:*', call);
  const pairs = pairUp(targets, there);
  const headers = new Set(there.map((message) => plainId(message.messageIdHeader)));
  for (const target of targets) {
    const message = pairs.get(target);
    if (message !== undefined)
      resolution.found.push({
        target,
        ref: { folderId: folder.folderId, gen: folder.gen, uid: message.uid },
      });
    else if (target.messageIdHeader !== '' && !headers.has(plainId(target.messageIdHeader)))
      resolution.gone.push(target);
    else resolution.doubtful.push(target);
  }
}

/** Every message of the folder with that Message-ID is ours: each is a copy that an earlier try left. */
async function seek(
  target: OpTarget,
  folderId: string,
  resolution: Resolution,
  { register, backend }: ReplayPorts,
  call: Call,
): Promise<void> {
  const folder = register.get(folderId);
  if (folder === undefined || folder.local) {
    resolution.gone.push(target);
    return;
  }
  backend.expectValidity(folder.path, folder.uidValidity);
  const there = await backend.findByMessageId(folder.path, 1, [target.messageIdHeader], call);
  if (there.length === 0) resolution.gone.push(target);
  for (const { uid } of there)
    resolution.found.push({ target, ref: { folderId: folder.folderId, gen: folder.gen, uid } });
}

/**
 * After a restart the targets of an account that keeps nothing here have no Message-ID any more, and only with
 * it can a copy be told from other mail. What is still in its place says it again.
 */
export async function tellAgain(op: Op, { register, backend }: ReplayPorts, call: Call): Promise<void> {
  if (op.state !== 'unknown') return;
  const silent = op.targets.filter((target) => target.messageIdHeader === '' && target.ref !== null);
  for (const [folderId, targets] of Map.groupBy(silent, (target) => target.ref?.folderId ?? '')) {
    const entry = register.get(folderId);
    const here = targets.filter((target) => target.ref?.gen === entry?.gen);
    if (entry === undefined || here.length === 0) continue;
    backend.expectValidity(entry.path, entry.uidValidity);
    const uids = here.map((target) => target.ref?.uid ?? 0).sort((a, b) => a - b);
    await backend.fetchRows(entry.path, uids.join(','), call, (rows) => {
      for (const row of rows)
        for (const target of here)
          if (target.ref?.uid === row.uid) target.messageIdHeader = row.envelope.messageIdHeader;
      return Promise.resolve();
    });
  }
}
