import { AppError } from '../../src-shared/error.ts';
import type { Call } from '../backends/backend.ts';
import type { BegunFile } from '../platform/begun-files.ts';
import type { Clock } from '../platform/clock.ts';
import type { FolderEntry } from './folder-register.ts';
import type { BodyPorts, WantedBody } from './bodies.ts';
import { createUnitSize, pieceUnits } from './unit-size.ts';

export interface BegunPorts extends Pick<BodyPorts, 'backend'> {
  clock: Pick<Clock, 'monotonic'>;
  /** The first bytes lie there. */
  begun: BegunFile;
  /** Bytes that are here, of so many. */
  onProgress(done: number, total: number): void;
  /** The user stopped it: what is here stays. */
  stopped(): boolean;
  /** Between two pieces: does what is more urgent. */
  giveWay?(): Promise<unknown>;
}

/** Smaller messages come in one piece: starting anew costs less than asking twice. */
export const begunFrom = 512 * 1024;

/** Names a message's begun file: its place and size with it, so that another message never goes on with its bytes. */
export function begunName(
  { folderId, uidValidity }: FolderEntry,
  { messageId, uid, size }: WantedBody,
): string {
  return [messageId, folderId, uidValidity, uid, size].join(' ');
}

/**
 * The bytes of one large message, or of its part `section` of that size, in pieces, each kept before the next is asked
 * for, from where an earlier try ended. Null: what came does not add up to the size that the server gave (Exchange is known to be wrong about it), or the
 * backend has no pieces: ask for the whole. @throws AppError `cancelled` when stopped, and what the backend throws
 */
export async function fetchBegun(
  entry: FolderEntry,
  { uid, size }: WantedBody,
  ports: BegunPorts,
  call: Call,
  section?: string,
): Promise<{ bytes: Buffer } | 'gone' | null> {
  const { backend, begun } = ports;
  const fetchPiece = backend.fetchPiece?.bind(backend);
  if (fetchPiece === undefined) return null;
  const unit = createUnitSize(pieceUnits, ports.clock);
  let have = await begun.have();
  while (have < size) {
    call.signal.throwIfAborted();
    if (ports.stopped()) throw stopped();
    ports.onProgress(have, size);
    // One byte more than there should be: a message that is longer than its size is not cut off in silence.
    const length = Math.min(unit.now(), size - have + 1);
    const piece = await unit.measure(length, () => {
      backend.expectValidity(entry.path, entry.uidValidity);
      return fetchPiece(entry.path, uid, have, length, call, section);
    });
    if (piece === null) {
      await begun.drop();
      return 'gone';
    }
    if (piece.length === 0) break;
    await begun.append(piece);
    have += piece.length;
    await ports.giveWay?.();
  }
  if (have !== size) {
    await begun.drop();
    return null;
  }
  // What was kept may have been erased under way, and begun anew with what came after.
  const bytes = await begun.read();
  if (bytes.length !== size) {
    await begun.drop();
    return null;
  }
  ports.onProgress(size, size);
  return { bytes };
}

function stopped(): AppError {
  return new AppError({
    code: 'cancelled',
    scope: 'message',
    next: 'tell-user',
    detail: 'You stopped fetching this message. What came so far is kept: trying again goes on from there.',
  });
}
