import {
  lookup as systemLookup,
  promises as dns,
  type LookupAddress,
  type MxRecord,
  type SrvRecord,
} from 'node:dns';
import { request } from 'node:https';
import { isIP, type LookupFunction, type NetConnectOpts } from 'node:net';
import {
  createSecureContext,
  getCACertificates,
  rootCertificates,
  type ConnectionOptions,
  type SecureContext,
} from 'node:tls';
import { AppError } from '../../src-shared/error.ts';
import { systemClock, type Clock } from './clock.ts';
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

export interface FetchLimits {
  maxBytes: number;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Judges each redirect before it is followed: another address to go to, or null to stop there. */
  onRedirect?: (to: URL) => URL | null;
}

export interface Fetched {
  status: number;
  contentType: string;
  body: Uint8Array;
}

/** How every protocol of main reaches hosts: names, --connect-to, and whom to trust. */
export interface Network {
  readonly resolver: dns.Resolver;
  readonly lookup: LookupFunction;
  /** Node's roots, the system's store and --extra-ca. */
  ca(): string[];
  connectOptions(host: string, port: number): NetConnectOpts;
  /** With a ready `secureContext`: who adds a client certificate makes one of its own with `ca()`. */
  tlsConnectOptions(target: {
    host: string;
    port: number;
    trustFingerprint256?: string | undefined;
  }): ConnectionOptions;
  /** https only; redirects to https only, three at most; nothing but the address is told. @throws AppError */
  fetchHttps(url: string, limits: FetchLimits): Promise<Fetched>;
  /** SRV records as they stand; empty when the name has none. A target of "." comes as ''. @throws AppError */
  srv(name: string): Promise<SrvRecord[]>;
  /** MX records, the preferred first; empty when the domain has none. @throws AppError */
  mx(domain: string): Promise<MxRecord[]>;
}

const dnsTimeout = 2_000;
const mostRedirects = 3;

export function createNetwork(options: NetworkOptions): Network {
  const resolver = new dns.Resolver({ timeout: dnsTimeout, tries: 2 });
  if (options.dns !== undefined) resolver.setServers([options.dns.replace(/^localhost(?=:|$)/, '127.0.0.1')]);
  const clock = options.clock ?? systemClock;
  let trusted: string[] | null = null;
  let context: SecureContext | null = null;

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
    tlsConnectOptions({ host }) {
      // Made once: reading the 265 authorities took 30 ms a connection, in which main did nothing else.
      context ??= createSecureContext({ ca: network.ca(), minVersion: 'TLSv1.2' });
      return { secureContext: context, ...(isIP(host) === 0 ? { servername: host } : {}), host };
    },
    async fetchHttps(url, limits) {
      const first = hostOf(url);
      let at = new URL(url);
      for (let hop = 0; hop <= mostRedirects; hop += 1) {
        if (at.protocol !== 'https:') {
          throw refused(first, `it leads to ${at.protocol}//${at.host}, which is not encrypted (https)`);
        }
        const answer = await fetchOnce(network, clock, at, limits);
        if (!('location' in answer)) return answer;
        const next = target(answer.location, at);
        if (next === null) throw refused(at.host, 'it leads to something that is no address');
        const judged = limits.onRedirect === undefined ? next : limits.onRedirect(next);
        if (judged === null)
          throw refused(first, `it leads to ${next.host}, which must not learn what was asked`);
        at = judged;
      }
      throw refused(first, `it leads on and on (more than ${mostRedirects} times)`);
    },
    srv: (name) => records(name, resolver.resolveSrv(name)),
    async mx(domain) {
      const found = await records(domain, resolver.resolveMx(domain));
      return found.sort((a, b) => a.priority - b.priority);
    },
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

function fetchOnce(
  network: Network,
  clock: Clock,
  url: URL,
  limits: FetchLimits,
): Promise<Fetched | { location: string }> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 443 : Number(url.port);
  const place = network.connectOptions(host, port);
  return new Promise((resolve, reject) => {
    const call = request({
      ...network.tlsConnectOptions({ host, port }),
      ...place,
      path: url.pathname + url.search,
      headers: { Host: url.host, Accept: '*/*' },
      agent: false,
      ...(limits.signal === undefined ? {} : { signal: limits.signal }),
    });
    const timer = clock.setTimeout(() => call.destroy(new Error('no answer in time')), limits.timeoutMs);
    const fail = (error: Error): void => {
      timer.cancel();
      reject(refused(url.host, wordsOf(error), error));
    };
    call.on('error', fail);
    call.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      response.on('error', fail);
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        timer.cancel();
        resolve({ location: headers.location });
        call.destroy();
        return;
      }
      if (Number(headers['content-length'] ?? 0) > limits.maxBytes) {
        call.destroy(new Error('the answer is too large'));
        return;
      }
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > limits.maxBytes) call.destroy(new Error('the answer is too large'));
        else parts.push(part);
      });
      response.on('end', () => {
        timer.cancel();
        resolve({
          status: statusCode,
          contentType: headers['content-type'] ?? '',
          body: Buffer.concat(parts),
        });
      });
    });
    call.end();
  });
}

function target(location: string, from: URL): URL | null {
  if (!URL.canParse(location, from.href)) return null;
  const to = new URL(location, from);
  to.username = '';
  to.password = '';
  return to;
}

function hostOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).host;
  throw new AppError({
    code: 'bad-params',
    scope: 'app',
    next: 'tell-user',
    detail: `“${url}” is not a web address.`,
  });
}

/** Node's errors of names, sockets and TLS in words; what has its own words keeps them. */
function wordsOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? '';
  const known = reasons[code];
  if (known !== undefined) return known;
  return code === '' || error.name === 'AbortError' ? error.message : `its connection failed (${code})`;
}

const reasons: Record<string, string | undefined> = {
  ENOTFOUND: 'there is no such server',
  ENODATA: 'there is no such server',
  EAI_AGAIN: 'the network cannot say where it is',
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  ETIMEOUT: 'the name server did not answer in time',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  ABORT_ERR: 'it was stopped',
  EPROTO: 'it does not speak TLS as expected',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate was made for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-made, nobody vouches for it',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate was issued by somebody whom this computer does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate was issued by somebody whom this computer does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate was issued by somebody whom this computer does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate was issued by somebody whom this computer does not know',
};

function refused(host: string, why: string, cause?: unknown): AppError {
  return new AppError(
    { code: 'refused', scope: 'app', next: 'tell-user', detail: `${host} could not be asked: ${why}.` },
    cause,
  );
}
