import type { Discovery, TriedSource } from '../../src-shared/ipc/areas/account.ts';
import { AppError } from '../../src-shared/error.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Network } from '../platform/network.ts';
import { askAutoconfig, askWellKnown } from './autoconfig.ts';
import { type Answer, type Asking, type FoundServer, type Source } from './found-server.ts';
import { doubts } from './doubts.ts';
import { askGuess } from './guess.ts';
import { askMx } from './mx.ts';
import { readMailName, registrable } from './names.ts';
import { createProber } from './prober.ts';
import { askDatabase, openProviderDatabase, type ProviderDatabase } from './provider-database.ts';
import { providerNotes } from './provider-notes.ts';
import { rankCandidates, type Verdict } from './rank.ts';
import { endedBy, NotNeeded, withinTime } from './source-time.ts';
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
        ...doubts(found, candidates, tried, verdict),
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

function openDatabase(options: DiscoverOptions, tell: (tried: TriedSource) => void): ProviderDatabase | null {
  try {
    const database = openProviderDatabase(options.providerDatabaseUrl, options.cacheDir);
    if (database === null)
      tell({
        source: 'provider-database',
        outcome: 'nothing',
        detail: 'None is named, so none is asked.',
      });
    return database;
  } catch {
    const detail = 'The address of the provider database in the settings is not a web address.';
    tell({ source: 'provider-database', outcome: 'failed', detail });
    return null;
  }
}

function failure(source: Source, error: unknown, log: Log): TriedSource {
  if (error instanceof AppError) return { source, outcome: 'failed', detail: error.data.detail };
  log('error', 'A source of server settings failed', {
    source,
    error: error instanceof Error ? error : String(error),
  });
  return { source, outcome: 'failed', detail: 'Posthorn made a mistake here; the log has more.' };
}
