/**
 * Several pieces as one buffer of its own, to be handed to a thread without a copy. A view on a connection's buffer
 * must not be posted: all of that buffer would be copied with it.
 */
export function packBytes(pieces: readonly Uint8Array[]): {
  packed: Uint8Array<ArrayBuffer>;
  ends: number[];
} {
  const packed = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  const ends: number[] = [];
  let at = 0;
  for (const piece of pieces) {
    packed.set(piece, at);
    at += piece.length;
    ends.push(at);
  }
  return { packed, ends };
}
