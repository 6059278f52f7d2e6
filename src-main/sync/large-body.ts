import type { Call } from '../backends/backend.ts';
import { fetchUnit, type BodyPorts, type FetchedBody, type WantedBody } from './bodies.ts';
import type { FolderEntry } from './folder-register.ts';
import type { UnitSize } from './unit-size.ts';

/** What a unit of bodies is fetched with; `giveWay` is called between pieces. */
export interface Pieces {
  size: UnitSize;
  giveWay(): Promise<unknown>;
}

/**
 * The bytes of a unit. A message larger than a piece comes in several: on a server with one connection the user waits
 * for a piece, not for 30 MB. What does not add up to the size that the server gave is asked for whole.
 */
export async function fetchInPieces(
  entry: FolderEntry,
  unit: readonly WantedBody[],
  ports: BodyPorts,
  call: Call,
  pieces: Pieces,
): Promise<FetchedBody[]> {
  const [large] = unit;
  const { backend } = ports;
  const fetchPiece = backend.fetchPiece?.bind(backend);
  if (large === undefined || unit.length > 1 || large.size <= pieces.size.now() || fetchPiece === undefined)
    return await fetchUnit(entry, unit, ports, call);
  const parts: Uint8Array[] = [];
  let have = 0;
  while (have < large.size) {
    call.signal.throwIfAborted();
    const length = Math.min(pieces.size.now(), large.size - have);
    const piece = await pieces.size.measure(length, () => {
      backend.expectValidity(entry.path, entry.uidValidity);
      return fetchPiece(entry.path, large.uid, have, length, call);
    });
    if (piece === null) return [];
    parts.push(piece);
    have += piece.length;
    if (piece.length !== length) break;
    await pieces.giveWay();
  }
  if (have !== large.size) return await fetchUnit(entry, unit, ports, call);
  ports.crash.reach('bodies.fetched');
  return [{ messageId: large.messageId, bytes: Buffer.concat(parts) }];
}
