import { createSocket } from 'node:dgram';
import { whenProcessEnds } from './server-process.ts';

export type DnsRecord =
  | { type: 'A'; address: string }
  | { type: 'SRV'; priority: number; weight: number; port: number; target: string }
  | { type: 'MX'; preference: number; target: string }
  | { type: 'TXT'; text: string };

export interface TinyDns {
  host: string;
  port: number;
  /** "imap.example.test A", oldest first. */
  queries: string[];
  stop(): Promise<void>;
}

const typeNumbers = { A: 1, MX: 15, TXT: 16, SRV: 33 } as const;
const typeNames = new Map<number, string>([
  ...Object.entries(typeNumbers).map(([a, b]) => [b, a] as const),
  [28, 'AAAA'],
]);

/**
 * A DNS server on loopback (UDP) for the demo's made-up domains, so that the demo needs no package for it. Names it
 * does not know do not exist (NXDOMAIN): nothing is asked of the real DNS.
 */
export async function startTinyDns(zone: Readonly<Record<string, readonly DnsRecord[]>>): Promise<TinyDns> {
  const records = new Map(Object.entries(zone).map(([name, list]) => [name.toLowerCase(), list]));
  const queries: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet, from) => {
    const question = readQuestion(packet);
    if (question === undefined) return;
    queries.push(`${question.name} ${typeNames.get(question.type) ?? question.type}`);
    socket.send(answer(packet, question, records.get(question.name)), from.port, from.address);
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));
  let closing = false;
  const close = (): void => {
    // A second close() throws, and stop() may come after the signal that closed it.
    if (!closing) socket.close();
    closing = true;
  };
  const forget = whenProcessEnds(close);
  return {
    host: '127.0.0.1',
    port,
    queries,
    async stop() {
      forget();
      close();
      await closed;
    },
  };
}

interface Question {
  name: string;
  type: number;
  end: number;
}

function readQuestion(packet: Buffer): Question | undefined {
  if (packet.length < 17 || packet.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = 12;
  for (;;) {
    const length = packet[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(packet.toString('latin1', at, at + length));
    at += length;
  }
  if (at + 4 > packet.length) return undefined;
  return { name: labels.join('.').toLowerCase(), type: packet.readUInt16BE(at), end: at + 4 };
}

/** RFC 1035 4.1: the question again, and the records of that name and type. A known name without them is NOERROR. */
function answer(packet: Buffer, question: Question, known: readonly DnsRecord[] | undefined): Buffer {
  const fitting = (known ?? []).filter((record) => typeNumbers[record.type] === question.type);
  const head = Buffer.alloc(12);
  packet.copy(head, 0, 0, 2);
  // Response, authoritative, recursion desired copied, recursion available; 3 is NXDOMAIN.
  head.writeUInt16BE(0x8480 | (packet.readUInt16BE(2) & 0x0100) | (known === undefined ? 3 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(fitting.length, 6);
  return Buffer.concat([head, packet.subarray(12, question.end), ...fitting.map(resourceRecord)]);
}

function resourceRecord(record: DnsRecord): Buffer {
  const data = recordData(record);
  const fixed = Buffer.alloc(12);
  // Name: a pointer to the question at offset 12.
  fixed.writeUInt16BE(0xc00c, 0);
  fixed.writeUInt16BE(typeNumbers[record.type], 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt32BE(60, 6);
  fixed.writeUInt16BE(data.length, 10);
  return Buffer.concat([fixed, data]);
}

function recordData(record: DnsRecord): Buffer {
  const numbers = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 2);
    values.forEach((value, at) => bytes.writeUInt16BE(value, at * 2));
    return bytes;
  };
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'MX':
      return Buffer.concat([numbers(record.preference), wireName(record.target)]);
    case 'SRV':
      return Buffer.concat([numbers(record.priority, record.weight, record.port), wireName(record.target)]);
    case 'TXT': {
      // Pieces of 255 bytes (RFC 1035 3.3.14); a key of 2048 bits needs two.
      const text = Buffer.from(record.text, 'utf8');
      const pieces: Buffer[] = [];
      for (let at = 0; at === 0 || at < text.length; at += 255) {
        const piece = text.subarray(at, at + 255);
        pieces.push(Buffer.from([piece.length]), piece);
      }
      return Buffer.concat(pieces);
    }
  }
}

function wireName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}
