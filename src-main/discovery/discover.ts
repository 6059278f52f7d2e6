import type { Discovery, TriedSource } from '../../src-shared/ipc/areas/account.ts';
import { AppError } from '../../src-shared/error.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Network } from '../platform/network.ts';
import { askAutoconfig, askWellKnown } from './autoconfig.ts';
import { type Answer, type Asking, type FoundServer, serverWords, type Source } from './found-server.ts';
import { askGuess } from './guess.ts';
import { askMx } from './mx.ts';
import { readMailName, registrable } from './names.ts';
import { createProber } from './prober.ts';
import { openProviderDatabase, type ProviderDatabase } from './provider-database.ts';
import { providerNotes } from './provider-notes.ts';
import { rankCandidates, type Verdict } from './rank.ts';
import { askSrv, type SrvAnswer } from './srv.ts';

export interface DiscoverOptions {
  address: string;
  network: Network;
  /** '' asks none. */
  providerDatabaseUrl: string;
  cacheDir: string;
  signal: AbortSignal;
  clock: Clock;
  log: Log;
  /** Called as each source is done, before the whole is. */
  onProgress: (tried: TriedSource) => void;
}

/** Time for one source, and for all with their probes. */
const sourceMs = 5_000;
const guessMs = 7_000;
const wholeMs = 9_500;

/**
 * Finds the servers of an address. All sources are asked at once; what they name is probed for what it offers. No
 * password is known here. When `signal` or the time ends it, it answers with what it has.
 * @throws AppError `bad-params` for what is no address
 */
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const { network, clock, log } = options;
  const mail = readMailName(options.address);
  const stop = new AbortController();
  const limit = clock.setTimeout(() => stop.abort(), wholeMs);
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const prober = createProber(network, clock, signal);
  const found: FoundServer[] = [];
  const tried: TriedSource[] = [];
  let mxHosts: readonly string[] = [];

  const tell = (entry: TriedSource): void => {
    tried.push(entry);
    options.onProgress(entry);
  };
  const verdict = (server: FoundServer): Verdict => {
    const probe = prober.known(server);
    return probe === undefined ? 'unknown' : probe.ok ? 'verified' : 'failed';
  };

  async function run<T extends Answer>(
    source: Source,
    ask: (asking: Asking) => Promise<T>,
    ends = signal,
    ms = sourceMs,
  ): Promise<T | null> {
    const outcome = await withinTime(ask, { mail, network, clock, prober }, ends, ms);
    if ('answer' in outcome) {
      found.push(...outcome.answer.servers);
      outcome.answer.tried.forEach(tell);
      await probeAll(outcome.answer.servers);
      return outcome.answer;
    }
    tell(
      outcome.stopped === undefined ? failure(source, outcome.error, log) : { source, ...outcome.stopped },
    );
    return null;
  }

  async function probeAll(servers: readonly FoundServer[]): Promise<void> {
    const probes = servers.map(async (server) => {
      if ((await prober.probe(server)).ok && server.tls === 'none') {
        // "Not encrypted" in a settings file is often only old: what offers STARTTLS is used with it.
        const better: FoundServer = { ...server, tls: 'starttls' };
        if ((await prober.probe(better)).ok) found.push(better);
      }
    });
    await endedBy(Promise.all(probes), signal);
  }

  try {
    const database = openDatabase(options, tell);
    const enough = new AbortController();
    // A guess waits for what the domain says it does not offer, but not for the probes of what it does.
    let srvSaid: (answer: SrvAnswer) => void = () => undefined;
    const said = new Promise<SrvAnswer>((resolve) => (srvSaid = resolve));
    const srv = run('srv', async (asking) => {
      const answer = await askSrv(asking);
      srvSaid(answer);
      return answer;
    });
    const own = [srv, run('autoconfig', askAutoconfig), run('well-known', askWellKnown)];
    const guess = Promise.race([said, srv]).then((answer) =>
      run(
        'guess',
        (asking) => askGuess(asking, answer ?? noSrv),
        AbortSignal.any([signal, enough.signal]),
        guessMs,
      ),
    );
    const others = [
      database === null ? null : run('provider-database', (asking) => askDatabase(asking, database)),
      run('mx', (asking) => askMx(asking, database, (hosts) => (mxHosts = hosts))),
    ];
    await Promise.all(own);
    if (isComplete(found, verdict))
      enough.abort(new NotNeeded('Not needed: what the domain itself names works.'));
    await Promise.all([...others, guess]);

    return conclude();
  } finally {
    limit.cancel();
    // Ends what nobody waits for any more.
    stop.abort();
  }

  function conclude(): Discovery {
    const withAuth = found.map((server) => {
      const probe = prober.known(server);
      return probe?.ok === true ? { ...server, auth: probe.auth } : server;
    });
    const candidates = rankCandidates(withAuth, verdict);
    const hosts = [
      ...new Set(candidates.flatMap(({ incoming, outgoing }) => [incoming.host, outgoing.host])),
    ];
    const failed = found.flatMap((server) => {
      const probe = server.source === 'guess' ? undefined : prober.known(server);
      return probe?.ok === false ? [probe.detail] : [];
    });
    for (const detail of new Set(failed)) tell({ source: 'probe', outcome: 'failed', detail });
    const own = registrable(mail.domain);
    return {
      candidates,
      tried,
      confirmHosts: hosts.filter((host) => registrable(host) !== own),
      warnings: [
        ...providerNotes(mail.domain, [...mxHosts, ...hosts]),
        ...doubts(found, candidates, verdict),
      ],
    };
  }
}

const noSrv: SrvAnswer = { servers: [], tried: [], notOffered: [] };

/** The domain itself named servers for both ways, with encryption, and they answered as they should. */
function isComplete(found: readonly FoundServer[], verdict: (server: FoundServer) => Verdict): boolean {
  const works = (incoming: boolean): boolean =>
    found.some(
      (server) =>
        ['srv', 'autoconfig', 'well-known'].includes(server.source) &&
        (server.protocol !== 'smtp') === incoming &&
        server.tls !== 'none' &&
        verdict(server) === 'verified',
    );
  return works(true) && works(false);
}

/** Sentences about what is wrong with the best of what was found. */
function doubts(
  found: readonly FoundServer[],
  candidates: Discovery['candidates'],
  verdict: (server: FoundServer) => Verdict,
): string[] {
  const [best] = candidates;
  if (best === undefined) {
    const named = [...new Set(found.map(serverWords))];
    return named.length === 0
      ? []
      : [
          `Servers were found (${named.join(', ')}), but not both for reading and for sending mail. Enter what is missing by hand.`,
        ];
  }
  const words: string[] = [];
  for (const { incoming, outgoing } of candidates) {
    for (const { host, port, tls } of [incoming, outgoing]) {
      if (tls === 'none') {
        words.push(
          `${host}:${port} is named without encryption: anybody on the way could read your password and your mail. It is not used unless you choose that yourself.`,
        );
      }
    }
  }
  const places = [
    `${best.incoming.host}:${best.incoming.port}`,
    `${best.outgoing.host}:${best.outgoing.port}`,
  ];
  for (const server of found) {
    const place = `${server.host}:${server.port}`;
    if (places.includes(place) && verdict(server) === 'failed') {
      words.push(
        `${place} is named as the server, but did not answer as it should. Check the settings before you go on.`,
      );
    }
  }
  return [...new Set(words)];
}

async function askDatabase(asking: Asking, database: ProviderDatabase): Promise<Answer> {
  const { domain } = asking.mail;
  const servers = (await database.find(domain, 'provider-database', asking)) ?? [];
  const source = 'provider-database';
  if (servers.length === 0) {
    return {
      servers,
      tried: [{ source, outcome: 'nothing', detail: `${database.host} does not know ${domain}.` }],
    };
  }
  const detail = `${database.host} names for ${domain}: ${servers.map(serverWords).join(', ')}.`;
  return { servers, tried: [{ source, outcome: 'found', detail }] };
}

function openDatabase(options: DiscoverOptions, tell: (tried: TriedSource) => void): ProviderDatabase | null {
  try {
    const database = openProviderDatabase(options.providerDatabaseUrl, options.cacheDir);
    if (database === null)
      tell({
        source: 'provider-database',
        outcome: 'nothing',
        detail: 'No provider database is asked (settings).',
      });
    return database;
  } catch {
    const detail = 'The address of the provider database in the settings is not a web address.';
    tell({ source: 'provider-database', outcome: 'failed', detail });
    return null;
  }
}

type Outcome<T> =
  { answer: T } | { stopped: Pick<TriedSource, 'outcome' | 'detail'> } | { error: unknown; stopped?: never };

/** One source's answer, its error, or that it was stopped: by its own time or by `ends`. */
async function withinTime<T>(
  ask: (asking: Asking) => Promise<T>,
  shared: Omit<Asking, 'signal'>,
  ends: AbortSignal,
  ms: number,
): Promise<Outcome<T>> {
  const late = new AbortController();
  const timer = shared.clock.setTimeout(() => late.abort(), ms);
  const signal = AbortSignal.any([ends, late.signal]);
  try {
    if (signal.aborted) return stopped();
    const asked = ask({ ...shared, signal }).then(
      (answer): Outcome<T> => ({ answer }),
      (error: unknown): Outcome<T> => ({ error }),
    );
    const outcome = await endedBy(asked, signal);
    if (outcome !== null && ('answer' in outcome || !signal.aborted)) return outcome;
    return stopped();
  } finally {
    timer.cancel();
  }

  function stopped(): Outcome<T> {
    if (late.signal.aborted) return { stopped: { outcome: 'failed', detail: 'No answer in time.' } };
    const detail = ends.reason instanceof NotNeeded ? ends.reason.message : 'Stopped before it was done.';
    return { stopped: { outcome: 'aborted', detail } };
  }
}

/** Why a source is stopped when nobody needs its answer any more. */
class NotNeeded extends Error {}

/** What comes first: the promise, or (null) the end of the signal. */
function endedBy<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(null);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}

function failure(source: Source, error: unknown, log: Log): TriedSource {
  if (error instanceof AppError) return { source, outcome: 'failed', detail: error.data.detail };
  log('error', 'A source of server settings failed', {
    source,
    error: error instanceof Error ? error : String(error),
  });
  return { source, outcome: 'failed', detail: 'Posthorn made a mistake here; the log has more.' };
}
