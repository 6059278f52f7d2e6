import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const longestCall = 64 * 1024;

/**
 * The local socket of a profile's running Posthorn. In the temporary folder, not in the profile: a
 * socket's path may have 107 bytes at most (Linux), 103 (macOS).
 */
function socketPath(profileDir: string): string {
  const name = `posthorn-${createHash('sha256').update(resolve(profileDir)).digest('hex').slice(0, 24)}`;
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\${name}`
    : join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `${name}.sock`);
}

/**
 * Listens for later starts of this profile. A caller can only bring the window forward and name
 * addresses or files to open, as the desktop could; what it names is checked where it is used.
 */
export async function listenForSecondStart(
  profileDir: string,
  onStart: (argv: readonly string[]) => void,
): Promise<() => Promise<void>> {
  const path = socketPath(profileDir);
  // The caller holds the profile's lock, so a socket that is there was left by a killed one.
  if (process.platform !== 'win32') await rm(path, { force: true }).catch(() => undefined);
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > longestCall) socket.destroy();
    });
    socket.on('end', () => {
      const argv = parseArguments(text);
      if (argv === undefined) return;
      onStart(argv);
      socket.end('shown');
    });
  });
  server.unref();
  await new Promise<void>((done) => {
    // Without the socket a second start only cannot bring the window forward.
    server.once('error', () => done());
    server.listen(path, () => done());
  });
  return () => new Promise((done) => server.close(() => done()));
}

/** Tells the Posthorn that runs on this profile of our start; false when none answers. */
export function tellFirstStart(profileDir: string, argv: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath(profileDir), allowHalfOpen: true });
    let isHeard = false;
    socket.once('connect', () => socket.end(JSON.stringify(argv)));
    socket.on('data', () => (isHeard = true));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(isHeard));
  });
}

function parseArguments(text: string): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string') ? parsed : undefined;
  } catch {
    return undefined;
  }
}
