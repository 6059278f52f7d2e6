import type { LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src-main/platform/clock.ts';
import { createFetchPublic } from '../../../../src-main/platform/fetch-public.ts';

/** Names that lead inwards; `asked` notes each look-up. Nothing here may come as far as a connection. */
function fetcher(names: Record<string, string[]>) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    callback(
      null,
      (names[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  const fetchPublic = createFetchPublic({ lookup, tlsConnectOptions: () => ({}) }, systemClock);
  return { asked, get: (url: string) => fetchPublic(url, { maxBytes: 1000, timeoutMs: 2_000 }) };
}

test.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'https://192.168.1.1/',
  'http://169.254.169.254/latest/meta-data',
  'http://localhost/',
  'http://x.localhost./',
  'https://printer.local/',
  'https://nas.home.arpa/',
  'https://abc.onion/',
  'http://93.184.216.34:25/',
  'http://93.184.216.34:6379/',
  'ftp://93.184.216.34/',
  'file:///etc/passwd',
  'nothing',
])('%s is refused without a question to anybody', async (url) => {
  const { asked, get } = fetcher({});
  await expect(get(url)).rejects.toMatchObject({ code: 'refused' });
  expect(asked).toEqual([]);
});

test.each([
  ['loopback', ['127.0.0.1']],
  ['a neighbour', ['10.0.0.7']],
  ['IPv6 link-local', ['fe80::1']],
  ['one inner address among public ones', ['93.184.216.34', '192.168.0.1']],
  ['nothing', []],
])('a name that leads to %s is refused', async (_what, addresses) => {
  const { asked, get } = fetcher({ 'pics.example.org': addresses });
  for (const scheme of ['http', 'https'])
    await expect(get(`${scheme}://pics.example.org/a.png`)).rejects.toMatchObject({ code: 'refused' });
  expect(asked).toEqual(['pics.example.org', 'pics.example.org']);
});
