import type { Call } from '../backends/backend.ts';
import type { BegunFiles } from '../platform/begun-files.ts';
import { gone, keepBodies, type BodyPorts } from './bodies.ts';
import { begunFrom, begunName, fetchBegun, type BegunPorts } from './fetch-begun.ts';

export interface FetchWholePorts extends BodyPorts, Omit<BegunPorts, 'begun'> {
  /** Where large messages go on from; without it they are fetched in one piece. */
  begun?: BegunFiles;
}

/**
 * Fetches one message, keeps it in the cache and gives its exact bytes.
 * @throws AppError `not-found`, `cancelled` when stopped, and what the backend throws
 */
export async function fetchWhole(messageId: string, ports: FetchWholePorts, call: Call): Promise<Buffer> {
  const [row] = await ports.cache.call('locate', { messageIds: [messageId] });
  const entry = row?.ref == null ? undefined : ports.register.get(row.ref.folderId);
  if (row?.ref == null || entry === undefined) throw gone();
  const { ref, size, accountId } = row;
  // A cache that is full or away must not keep the message from whoever wants to read it.
  const keep = (bytes: Uint8Array): Promise<unknown> =>
    keepBodies([{ messageId, bytes }], ports).catch(() => undefined);
  if (size >= begunFrom && ports.begun !== undefined) {
    const key = begunName(entry, { messageId, uid: ref.uid, size });
    const begun = ports.begun.of(accountId, key);
    const large = await fetchBegun(entry, { messageId, uid: ref.uid, size }, { ...ports, begun }, call);
    if (large === 'gone') throw gone();
    if (large !== null) {
      await keep(large.bytes);
      await begun.drop();
      return large.bytes;
    }
  }
  ports.backend.expectValidity(entry.path, entry.uidValidity);
  let found: Buffer | null = null;
  await ports.backend.fetchBodies(entry.path, [ref.uid], call, async (_uid, bytes) => {
    found = Buffer.from(bytes);
    await keep(found);
  });
  if (found === null) throw gone();
  return found;
}
