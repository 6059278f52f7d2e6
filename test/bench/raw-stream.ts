import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What a header row is made of; ENVELOPE has no References. */
export const rowItems =
  '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM REFERENCES)])';

export interface RawStream {
  ms: number;
  bytes: number;
}

/** The floor: time from sending one command on INBOX to its tagged answer, every byte read and thrown away. */
export async function rawStream(at: {
  port: number;
  tls: boolean;
  user: string;
  password: string;
  command: string;
}): Promise<RawStream> {
  const socket: Socket = at.tls
    ? connectTls({ host: '127.0.0.1', port: at.port, rejectUnauthorized: false })
    : connect({ host: '127.0.0.1', port: at.port, noDelay: true });
  try {
    await answer(socket, '*');
    await ask(socket, 'a', `LOGIN ${at.user} ${at.password}`);
    await ask(socket, 'b', 'SELECT INBOX');
    const start = performance.now();
    const bytes = await ask(socket, 'c', at.command);
    return { ms: performance.now() - start, bytes };
  } finally {
    socket.destroy();
  }
}

function ask(socket: Socket, tag: string, command: string): Promise<number> {
  const answered = answer(socket, tag);
  socket.write(`${tag} ${command}\r\n`);
  return answered;
}

/** Bytes up to the line "<tag> OK …"; only the end of what came is looked at. */
function answer(socket: Socket, tag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let tail = '';
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 500))).slice(-1000);
      const line = tail.endsWith('\r\n') ? tail.slice(0, -2).split('\r\n').at(-1) : undefined;
      if (line?.startsWith(`${tag} `) !== true) return;
      socket.off('data', onData);
      socket.off('error', reject);
      if (line.startsWith(`${tag} OK`)) resolve(bytes);
      else reject(new Error(`the server said: ${line}`));
    };
    socket.on('data', onData);
    socket.on('error', reject);
  });
}
