import { toAppError } from '../../src-shared/error.ts';
import { nextUnit, rawHere, type BodyPorts } from './bodies.ts';
import type { ManyBodies } from './engine-ports.ts';
import { fetchInPieces } from './large-body.ts';
import type { UnitSize } from './unit-size.ts';

export interface ManyPorts extends BodyPorts {
  size: UnitSize;
  connect(): Promise<AbortSignal>;
  giveWay(): Promise<unknown>;
}

/** The exact bytes of several messages: from here, else from the server, unit by unit. Those that are gone are left out. */
export async function fetchMany(messageIds: readonly string[], ports: ManyPorts): Promise<ManyBodies> {
  const found = new Map<string, Buffer>();
  try {
    const missing: string[] = [];
    for (const messageId of messageIds) {
      const here = await rawHere(messageId, ports);
      if (here === null) missing.push(messageId);
      else found.set(messageId, here);
    }
    if (missing.length === 0) return { found, error: null };
    const rows = (await ports.cache.call('locate', { messageIds: missing })).filter((row) => row !== null);
    const call = { lane: 'bulk' as const, signal: await ports.connect() };
    for (const [folderId, group] of Map.groupBy(rows, (row) => row.ref?.folderId)) {
      const entry = folderId === undefined ? undefined : ports.register.get(folderId);
      if (entry === undefined) continue;
      const wanted = group.map(({ messageId, ref, size }) => ({ messageId, uid: ref?.uid ?? 0, size }));
      for (let at = 0; at < wanted.length;) {
        await ports.giveWay();
        const unit = nextUnit(wanted, at, ports.size.now());
        at += unit.length;
        const bodies = await fetchInPieces(entry, unit, ports, call, {
          size: ports.size,
          giveWay: ports.giveWay,
        });
        for (const { messageId, bytes } of bodies) found.set(messageId, Buffer.from(bytes));
      }
    }
    return { found, error: null };
  } catch (thrown) {
    return { found, error: toAppError(thrown).data };
  }
}
