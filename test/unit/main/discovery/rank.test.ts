import { expect, test } from 'vitest';
import type { FoundServer, Source } from '../../../../src-main/discovery/found-server.ts';
import { rankCandidates, type Verdict } from '../../../../src-main/discovery/rank.ts';

const server = (
  source: Source,
  protocol: FoundServer['protocol'],
  tls: FoundServer['tls'] = 'implicit',
  more: Partial<FoundServer> = {},
): FoundServer => ({
  source,
  protocol,
  host: `${protocol}.${source}.test`,
  port: { implicit: 993, starttls: 143, none: 143 }[tls],
  tls,
  auth: [],
  username: 'ann@example.test',
  ...more,
});
const pair = (source: Source): FoundServer[] => [server(source, 'imap'), server(source, 'smtp')];
const allWork = (): Verdict => 'verified';
const order = (
  found: readonly FoundServer[],
  verdict: (server: FoundServer) => Verdict = allWork,
): string[] =>
  rankCandidates(found, verdict).map(
    ({ source, incoming, outgoing }) =>
      `${source}: ${incoming.protocol} ${incoming.tls} ${incoming.host} > ${outgoing.tls} ${outgoing.host}`,
  );

test('the domain itself, then the database, then who takes its mail, then a guess', () => {
  const found = [
    ...pair('guess'),
    ...pair('mx'),
    ...pair('provider-database'),
    ...pair('autoconfig'),
    ...pair('srv'),
  ];
  expect(rankCandidates(found, allWork).map(({ source }) => source)).toEqual([
    'srv',
    'autoconfig',
    'provider-database',
    'mx',
    'guess',
  ]);
});

test('what failed its probe stands behind everything that works', () => {
  const found = [...pair('srv'), ...pair('guess')];
  const srvIsDead = ({ source }: FoundServer): Verdict => (source === 'srv' ? 'failed' : 'verified');
  const sources = rankCandidates(found, srvIsDead).map(({ source }) => source);
  expect(sources[0]).toBe('guess');
  expect(sources).toContain('srv');
});

test('within a source: IMAP before POP3, implicit TLS before STARTTLS', () => {
  const found = [
    server('autoconfig', 'pop3'),
    server('autoconfig', 'imap', 'starttls'),
    server('autoconfig', 'imap'),
    server('autoconfig', 'smtp', 'starttls', { host: 'late.test' }),
    server('autoconfig', 'smtp', 'implicit', { host: 'first.test' }),
  ];
  expect(order(found)).toEqual([
    'autoconfig: imap implicit imap.autoconfig.test > implicit first.test',
    'autoconfig: imap implicit imap.autoconfig.test > starttls late.test',
    'autoconfig: imap starttls imap.autoconfig.test > implicit first.test',
    'autoconfig: pop3 implicit pop3.autoconfig.test > implicit first.test',
  ]);
});

test('without encryption: left out beside an encrypted one, else last', () => {
  const plain = [server('autoconfig', 'imap', 'none'), server('autoconfig', 'smtp', 'none')];
  expect(order([...plain, ...pair('autoconfig')]).filter((line) => line.includes('none'))).toEqual([]);
  // Another source's counts only when it was seen to work.
  expect(order([...plain, ...pair('guess')]).filter((line) => line.includes('none'))).toEqual([]);
  expect(order(plain)).toEqual(['autoconfig: imap none imap.autoconfig.test > none smtp.autoconfig.test']);
  const mixed = order([...plain, ...pair('mx')], ({ source }) => (source === 'mx' ? 'failed' : 'verified'));
  expect(mixed.at(0)).toContain('mx: imap implicit');
  expect(mixed.at(-1)).toContain('none');
});

test('a source that names no server for sending borrows the best of the others', () => {
  expect(order([server('srv', 'imap'), ...pair('guess'), ...pair('mx')])[0]).toBe(
    'srv: imap implicit imap.srv.test > implicit smtp.mx.test',
  );
  expect(order([server('srv', 'imap')])).toEqual([]);
});

test('the same servers are shown once, with the best source', () => {
  const twin = pair('guess').map((guess) => ({ ...guess, host: guess.host.replace('guess', 'srv') }));
  expect(order([...twin, ...pair('srv')])).toEqual([
    'srv: imap implicit imap.srv.test > implicit smtp.srv.test',
  ]);
});

test("the domain's own settings file knows the name to sign in with", () => {
  const known = pair('autoconfig').map((entry) => ({
    ...entry,
    host: entry.host.replace('autoconfig', 'srv'),
    username: 'ann',
  }));
  expect(rankCandidates([...pair('srv'), ...known], allWork)[0]?.incoming.username).toBe('ann');
  // A third party's word about a name is no reason to change it.
  const told = known.map((entry) => ({ ...entry, source: 'provider-database' as const }));
  expect(rankCandidates([...pair('srv'), ...told], allWork)[0]?.incoming.username).toBe('ann@example.test');
});
