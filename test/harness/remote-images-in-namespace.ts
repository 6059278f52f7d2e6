/**
 * Run by remote-images.test.ts inside a network namespace that owns a public-looking address: main's own way to fetch
 * what mail names, with real names, sockets and redirects. Prints what came and what each server was asked.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { createRemoteImages } from '../../src-main/mime/remote-images.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import { createFetchPublic } from '../../src-main/platform/fetch-public.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import { startDnsmasq } from '../servers/dnsmasq.ts';

const [outer = '', inner = ''] = process.argv.slice(2);
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
const asked: { at: string; path: string; headers: IncomingHttpHeaders }[] = [];
const servers = await Promise.all(
  [outer, inner, '127.0.0.1'].map(async (at) => {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      asked.push({ at, path, headers: request.headers });
      const to = /^\/to\?(.*)$/.exec(path)?.[1];
      if (to === undefined)
        response.writeHead(200, { 'content-type': 'image/png', 'set-cookie': 'seen=1' }).end(png);
      else response.writeHead(302, { location: decodeURIComponent(to), 'set-cookie': 'seen=1' }).end();
    });
    server.listen(80, at);
    await once(server, 'listening');
    return server;
  }),
);
const dns = await startDnsmasq({
  addresses: { 'pics.example.test': outer, 'inner.example.test': inner, 'self.example.test': '127.0.0.1' },
});
const network = createNetwork({
  dns: `${dns.host}:${dns.port}`,
  extraCa: [],
  // What redirects everything else leads nowhere here.
  connectTo: [{ host: 'pics.example.test', port: 80, toAddress: '127.0.0.1', toPort: 80 }],
  log: () => undefined,
});
const remote = createRemoteImages(createFetchPublic(network, systemClock));
const to = (url: string): string => `http://pics.example.test/to?${encodeURIComponent(url)}`;
const shown: Record<string, boolean> = {};
for (const url of [
  'http://pics.example.test/plain.png',
  to('/again.png'),
  to('http://inner.example.test/x.png'),
  to('http://self.example.test/x.png'),
  to(`http://${inner}/x.png`),
  to('http://127.0.0.1/x.png'),
  'http://inner.example.test/x.png',
  'http://self.example.test/x.png',
  `http://${inner}/x.png`,
  'http://localhost/x.png',
])
  shown[url] = (await remote.load([url])).failed === 0;
process.stdout.write(JSON.stringify({ shown, asked }));
for (const server of servers) server.close();
await dns.stop();
process.exit(0);
