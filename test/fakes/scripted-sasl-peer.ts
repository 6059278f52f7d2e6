import { createHash, createHmac, pbkdf2Sync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Certificates } from '../../src-main/demo/certificates.ts';

type Binding = 'tls-exporter' | 'tls-server-end-point';

/**
 * A scripted SMTP server over TLS for what no mail server on this machine does: SCRAM-SHA-256-PLUS with the bindings
 * of TLS 1.3 (checked for real, with its own view of the connection), and ANONYMOUS. The password is "secret".
 */
export async function startScriptedSaslPeer(
  certificates: Certificates,
  options: { mechanisms: string; bindings?: readonly Binding[] },
): Promise<{ port: number; heard: string[]; stop(): void }> {
  const heard: string[] = [];
  const cert = readFileSync(certificates.cert);
  const server = createServer({ cert, key: readFileSync(certificates.key) }, (socket) => {
    socket.on('error', () => undefined);
    socket.write('220 scripted peer\r\n');
    const scram = scramServer(socket, new X509Certificate(cert), options.bindings ?? []);
    let expects: ((line: string) => string) | null = null;
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString();
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        socket.write(`${answer(line)}\r\n`);
      }
    });
    function answer(line: string): string {
      if (expects !== null) {
        const reply = expects(Buffer.from(line, 'base64').toString());
        if (!reply.startsWith('334')) expects = null;
        return reply;
      }
      const [verb, mechanism, first = ''] = line.split(' ');
      if (verb === 'EHLO') return `250-peer\r\n250 AUTH ${options.mechanisms}`;
      if (verb !== 'AUTH') return '250 ok';
      const message = Buffer.from(first, 'base64').toString();
      heard.push(`${mechanism ?? ''} ${message.split(',')[0] ?? ''}`);
      if (mechanism === 'ANONYMOUS') return '235 whoever you are';
      const reply = scram.first(message);
      if (reply.startsWith('334')) expects = (text) => scram.next(text);
      return reply;
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, heard, stop: () => void server.close() };
}

/** RFC 5802 as a server, for one user whose password is "secret". */
function scramServer(socket: TLSSocket, own: X509Certificate, bindings: readonly Binding[]) {
  const salted = pbkdf2Sync('secret', 'salt', 4_096, 32, 'sha256');
  const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const challenge = (text: string): string => `334 ${Buffer.from(text).toString('base64')}`;
  let bare = '';
  let serverFirst = '';
  let header = '';
  let isProved = false;

  function bound(): Buffer {
    const type = /^p=([^,]+)/.exec(header)?.[1];
    if (type === 'tls-exporter')
      return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    return type === undefined ? Buffer.alloc(0) : createHash('sha256').update(own.raw).digest();
  }

  return {
    first(message: string): string {
      header = /^[^,]*,[^,]*,/.exec(message)?.[0] ?? '';
      const type = /^p=([^,]+)/.exec(header)?.[1];
      if (type !== undefined && !bindings.some((one) => one === type)) return '535 5.7.8 no such binding';
      bare = message.slice(header.length);
      serverFirst = `r=${/r=(.*)$/.exec(bare)?.[1] ?? ''}server,s=${Buffer.from('salt').toString('base64')},i=4096`;
      return challenge(serverFirst);
    },
    next(final: string): string {
      if (isProved) return '235 welcome';
      const [withoutProof = '', proof = ''] = final.split(',p=');
      const wanted = Buffer.concat([Buffer.from(header), bound()]).toString('base64');
      if (!withoutProof.startsWith(`c=${wanted},`)) return '535 5.7.8 channel bindings do not match';
      const message = `${bare},${serverFirst},${withoutProof}`;
      const clientKey = hmac(salted, 'Client Key');
      const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
      const expected = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))).toString('base64');
      if (proof !== expected) return '535 5.7.8 wrong password';
      isProved = true;
      return challenge(`v=${hmac(hmac(salted, 'Server Key'), message).toString('base64')}`);
    },
  };
}
