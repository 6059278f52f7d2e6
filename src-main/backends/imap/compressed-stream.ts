import { Duplex } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/**
 * A decompression bomb: DEFLATE swells by up to 1032. Text mail swells by 3 to 10, a large attachment of zeros by 1000,
 * so what counts is how much there is beyond a swelling of 100.
 */
const usualSwelling = 100;
const mostBeyond = 256 * 1024 * 1024;

/** COMPRESS=DEFLATE (RFC 4978) over a stream that has been detached: raw deflate, flushed after every write. */
export function compressedStream(below: Duplex, leftover: Buffer): Duplex {
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  let came = 0;
  let became = 0;
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
    became += chunk.length;
    if (became - usualSwelling * came > mostBeyond) {
      fail(new Error('the server sent a flood of compressed data'));
      return;
    }
    // Nothing more is inflated than is read: the rest waits compressed, and then in the network.
    if (!stream.push(chunk)) inflate.pause();
  });
  inflate.on('end', () => void stream.push(null));
  inflate.on('error', fail);
  below.on('error', fail);
  below.on('close', () => void stream.destroy());
  below.on('data', (chunk: Buffer) => (came += chunk.length));
  if (leftover.length > 0) {
    came += leftover.length;
    inflate.write(leftover);
  }
  below.pipe(inflate);
  return stream;
}
