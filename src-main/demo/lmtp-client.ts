import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface LmtpRefusal {
  recipient: string;
  /** The server's reply, "552 5.2.2 <ann> Quota exceeded". */
  reply: string;
}

/**
 * Hands one message to an LMTP server for some recipients. Resolves with those it refused; throws when the dialogue
 * itself breaks.
 */
export async function lmtpDeliver(
  to: { host: string; port: number },
  envelope: { from: string; to: readonly string[]; smtputf8?: boolean },
  bytes: Buffer,
): Promise<LmtpRefusal[]> {
  const socket = connect({ host: to.host, port: to.port, noDelay: true });
  socket.setTimeout(15_000, () => socket.destroy(new Error('LMTP server is silent')));
  const failed = new Promise<never>((_, reject) => socket.once('error', reject));
  failed.catch(() => undefined);
  const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const reply = async (): Promise<string> => {
    for (;;) {
      const next = await Promise.race([lines.next(), failed]);
      if (next.done === true) throw new Error('LMTP server closed the connection');
      if (/^\d{3}( |$)/.test(next.value)) return next.value;
    }
  };
  const say = async (line: string): Promise<string> => {
    socket.write(`${line}\r\n`);
    return await reply();
  };
  const must = async (line: string): Promise<void> => {
    const answer = await say(line);
    if (!answer.startsWith('2')) throw new Error(`LMTP ${line} was answered ${answer}`);
  };
  try {
    await reply();
    await must('LHLO localhost');
    await must(`MAIL FROM:<${envelope.from}>`);
    const refused: LmtpRefusal[] = [];
    const taken: string[] = [];
    for (const recipient of envelope.to) {
      const answer = await say(`RCPT TO:<${recipient}>`);
      if (answer.startsWith('2')) taken.push(recipient);
      else refused.push({ recipient, reply: answer });
    }
    if (taken.length > 0) {
      const go = await say('DATA');
      if (!go.startsWith('3')) throw new Error(`LMTP DATA was answered ${go}`);
      socket.write(dotStuffed(bytes));
      for (const recipient of taken) {
        const answer = await reply();
        if (!answer.startsWith('2')) refused.push({ recipient, reply: answer });
      }
    }
    socket.end('QUIT\r\n');
    return refused;
  } finally {
    socket.destroySoon();
  }
}

function dotStuffed(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
  return Buffer.from(`${text}${text.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}
