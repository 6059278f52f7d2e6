import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * A network cable that can be pulled: everything Posthorn connects to (`--connect-to`) goes through it. Pulled, open
 * connections break and new ones find nobody, while the servers behind it stay as they are.
 */
export interface NetworkCable {
  /** The given options with every target replaced by this cable's end. */
  flags: string[];
  pull(): Promise<void>;
  plugIn(): Promise<void>;
  stop(): Promise<void>;
}

export async function layCable(flags: readonly string[]): Promise<NetworkCable> {
  const wires = new Map<string, Wire>();
  const out: string[] = [];
  for (const flag of flags) {
    const [, source = '', target = ''] = /^([^:]+:\d+):127\.0\.0\.1:(\d+)$/.exec(flag) ?? [];
    if (target === '') {
      out.push(flag);
      continue;
    }
    const wire = wires.get(target) ?? (await openWire(Number(target)));
    wires.set(target, wire);
    out.push(`${source}:127.0.0.1:${wire.port}`);
  }
  const all = async (act: (wire: Wire) => Promise<void>): Promise<void> => {
    await Promise.all([...wires.values()].map(act));
  };
  return {
    flags: out,
    pull: () => all((wire) => wire.close()),
    plugIn: () => all((wire) => wire.open()),
    stop: () => all((wire) => wire.close()),
  };
}

interface Wire {
  port: number;
  open(): Promise<void>;
  close(): Promise<void>;
}

async function openWire(target: number): Promise<Wire> {
  const ends = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true });
    near.setNoDelay(true);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one);
      // A broken end breaks the other: that is all a cable knows of errors.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        ends.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    open: async () => {
      if (!server.listening) await listen(port);
    },
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        for (const end of ends) end.destroy();
      }),
  };
}
