import { Duplex } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/** COMPRESS=DEFLATE (RFC 4978) over a stream that has been detached: raw deflate, flushed after every write. */
export function compressedStream(below: Duplex, leftover: Buffer): Duplex {
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  const stream = new Duplex({
    allowHalfOpen: false,
    write: (chunk: Buffer, _encoding, done) => void deflate.write(chunk, () => done()),
    read: () => void inflate.resume(),
    final: (done) => {
      deflate.end(() => below.end(() => done()));
    },
    destroy: (error, done) => {
      deflate.destroy();
      inflate.destroy();
      below.destroy();
      done(error);
    },
  });
  const fail = (error: Error): void => void stream.destroy(error);
  deflate.on('data', (chunk: Buffer) => void below.write(chunk));
  deflate.on('error', fail);
  inflate.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) inflate.pause();
  });
  inflate.on('end', () => void stream.push(null));
  inflate.on('error', fail);
  below.on('error', fail);
  below.on('close', () => void stream.destroy());
  if (leftover.length > 0) inflate.write(leftover);
  below.pipe(inflate);
  return stream;
}
