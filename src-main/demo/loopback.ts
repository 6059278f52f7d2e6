import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * `count` different ports that were free a moment ago on 127.0.0.1. All are held open together before any is closed,
 * so they differ; another process may still take one, which is why every launcher tries again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const holders = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = holders.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(holders.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The first line a plain-text server says. Readiness is this line, not the open port. */
export function greeting(port: number, host = '127.0.0.1', ms = 3000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host });
    let text = '';
    const end = (outcome: () => void): void => {
      socket.destroy();
      outcome();
    };
    socket.setTimeout(ms, () =>
      end(() => reject(new Error(`no greeting on ${host}:${port} within ${ms} ms`))),
    );
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => reject(new Error(`${host}:${port} closed without a greeting`)));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const eol = text.indexOf('\r\n');
      if (eol >= 0) end(() => resolve(text.slice(0, eol)));
    });
  });
}
