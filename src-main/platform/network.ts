import {
  lookup as systemLookup,
  promises as dns,
  type LookupAddress,
  type MxRecord,
  type SrvRecord,
} from 'node:dns';
import { isIP, type LookupFunction, type NetConnectOpts } from 'node:net';
import {
  createSecureContext,
  getCACertificates,
  rootCertificates,
  type ConnectionOptions,
  type SecureContext,
} from 'node:tls';
import { AppError } from '../../src-shared/error.ts';
import { certificateContext, certificateId, type ClientCertificate } from './client-certificate.ts';
import { systemClock, type Clock } from './clock.ts';
import { fetchHttps, type FetchLimits } from './fetch-https.ts';
import type { Fetched } from './http-answer.ts';
import type { Log } from './log.ts';

export interface NetworkOptions {
  /** HOST:PORT of the only name server to ask. */
  dns?: string;
  /** PEM texts trusted beside the system's. */
  extraCa: readonly string[];
  connectTo: readonly { host: string; port: number; toAddress: string; toPort: number }[];
  log: Log;
  clock?: Clock;
}

/** How every protocol of main reaches hosts: names, --connect-to, and whom to trust. */
export interface Network {
  readonly resolver: dns.Resolver;
  readonly lookup: LookupFunction;
  /** Node's roots, the system's store and --extra-ca. */
  ca(): string[];
  connectOptions(host: string, port: number): NetConnectOpts;
  /** With a ready `secureContext`, which also holds the client certificate when there is one. */
  tlsConnectOptions(target: {
    host: string;
    port: number;
    trustFingerprint256?: string | undefined;
    clientCertificate?: ClientCertificate | undefined;
  }): ConnectionOptions;
  /** https only; redirects to https only, three at most; nothing but the address is told. @throws AppError */
  fetchHttps(url: string, limits: FetchLimits): Promise<Fetched>;
  /** SRV records as they stand; empty when the name has none. A target of "." comes as ''. @throws AppError */
  srv(name: string): Promise<SrvRecord[]>;
  /** MX records, the preferred first; empty when the domain has none. @throws AppError */
  mx(domain: string): Promise<MxRecord[]>;
  /** TXT records, each in its pieces. @throws as node:dns does */
  txt(name: string): Promise<string[][]>;
}

const dnsTimeout = 2_000;

export function createNetwork(options: NetworkOptions): Network {
  const resolver = new dns.Resolver({ timeout: dnsTimeout, tries: 2 });
  if (options.dns !== undefined) resolver.setServers([options.dns.replace(/^localhost(?=:|$)/, '127.0.0.1')]);
  const clock = options.clock ?? systemClock;
  let trusted: string[] | null = null;
  /** Made once each: reading the 265 authorities took 30 ms a connection, in which main did nothing else. */
  const contexts = new Map<string, SecureContext>();

  const network: Network = {
    resolver,
    lookup: options.dns === undefined ? systemLookup : lookupBy(resolver),
    ca() {
      trusted ??= [...new Set([...rootCertificates, ...getCACertificates('system'), ...options.extraCa])];
      return trusted;
    },
    connectOptions(host, port) {
      const { lookup } = network;
      const redirect = options.connectTo.find(
        (entry) => entry.host === host.toLowerCase() && entry.port === port,
      );
      return redirect === undefined
        ? { host, port, lookup }
        : { host: redirect.toAddress, port: redirect.toPort, lookup };
    },
    tlsConnectOptions({ host, clientCertificate }) {
      const id = clientCertificate === undefined ? '' : certificateId(clientCertificate);
      let context = contexts.get(id);
      if (context === undefined) {
        const own = clientCertificate === undefined ? {} : certificateContext(clientCertificate);
        context = createSecureContext({ ...own, ca: network.ca(), minVersion: 'TLSv1.2' });
        contexts.set(id, context);
      }
      return { secureContext: context, ...(isIP(host) === 0 ? { servername: host } : {}), host };
    },
    fetchHttps: (url, limits) => fetchHttps({ reach: network, clock }, url, limits),
    srv: (name) => records(name, resolver.resolveSrv(name)),
    async mx(domain) {
      const found = await records(domain, resolver.resolveMx(domain));
      return found.sort((a, b) => a.priority - b.priority);
    },
    txt: (name) => resolver.resolveTxt(name),
  };
  return network;
}

/** Names by one name server only: nothing is asked of the system's. */
function lookupBy(resolver: dns.Resolver): LookupFunction {
  return (hostname, { all, family }, callback) => {
    void (async (): Promise<LookupAddress[]> => {
      // RFC 6761 6.3: never a question for a name server.
      if (hostname === 'localhost' || hostname.endsWith('.localhost'))
        return [{ address: '127.0.0.1', family: 4 }];
      const [four, six] = await Promise.allSettled([
        family === 6 || family === 'IPv6' ? [] : resolver.resolve4(hostname),
        family === 4 || family === 'IPv4' ? [] : resolver.resolve6(hostname),
      ]);
      const found = [
        ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
        ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
      ];
      if (found.length > 0) return found;
      throw four.status === 'rejected'
        ? four.reason
        : six.status === 'rejected'
          ? six.reason
          : noAddress(hostname);
    })().then(
      (found) => {
        if (all === true) callback(null, found);
        else callback(null, found[0]?.address ?? '', found[0]?.family ?? 4);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function noAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
}

async function records<T>(name: string, asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw new AppError(
      {
        code: 'host-unknown',
        scope: 'app',
        next: 'wait-online',
        detail: `The name server did not say what is known about ${name} (${code === 'ETIMEOUT' ? 'no answer in time' : code}).`,
      },
      error,
    );
  }
}
