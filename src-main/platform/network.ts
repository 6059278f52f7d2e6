import { lookup as systemLookup, promises as dns } from 'node:dns';
import { request } from 'node:https';
import { isIP, type LookupFunction, type NetConnectOpts } from 'node:net';
import { getCACertificates, rootCertificates, type ConnectionOptions } from 'node:tls';
import { AppError } from '../../src-shared/error.ts';
import type { Log } from './log.ts';

export interface NetworkOptions {
  /** HOST:PORT of the only name server to ask. */
  dns?: string;
  /** PEM texts trusted beside the system's. */
  extraCa: readonly string[];
  connectTo: readonly { host: string; port: number; toAddress: string; toPort: number }[];
  log: Log;
}

export interface FetchLimits {
  maxBytes: number;
  timeoutMs: number;
  signal?: AbortSignal;
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
  tlsConnectOptions(target: {
    host: string;
    port: number;
    trustFingerprint256?: string | undefined;
  }): ConnectionOptions;
  /** https only; redirects to https only, three at most; nothing but the address is told. @throws AppError */
  fetchHttps(url: string, limits: FetchLimits): Promise<Fetched>;
}

const dnsTimeout = 2_000;

export function createNetwork(options: NetworkOptions): Network {
  const resolver = new dns.Resolver({ timeout: dnsTimeout, tries: 2 });
  if (options.dns !== undefined) resolver.setServers([options.dns]);
  let trusted: string[] | null = null;

  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    if (options.dns === undefined) {
      systemLookup(hostname, lookupOptions, callback);
      return;
    }
    resolver.resolve4(hostname).then(
      (addresses) => {
        if (lookupOptions.all === true)
          callback(
            null,
            addresses.map((address) => ({ address, family: 4 })),
          );
        else callback(null, addresses[0] ?? '', 4);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };

  const network: Network = {
    resolver,
    lookup,
    ca() {
      trusted ??= [...new Set([...rootCertificates, ...getCACertificates('system'), ...options.extraCa])];
      return trusted;
    },
    connectOptions(host, port) {
      const redirect = options.connectTo.find(
        (entry) => entry.host === host.toLowerCase() && entry.port === port,
      );
      return redirect === undefined
        ? { host, port, lookup }
        : { host: redirect.toAddress, port: redirect.toPort, lookup };
    },
    tlsConnectOptions({ host }) {
      return {
        ca: network.ca(),
        minVersion: 'TLSv1.2',
        ...(isIP(host) === 0 ? { servername: host } : {}),
        host,
      };
    },
    async fetchHttps(url, limits) {
      let at = new URL(url);
      for (let hop = 0; hop <= 3; hop += 1) {
        if (at.protocol !== 'https:') throw refused(at.host, 'it leads to an address that is not https');
        const answer = await fetchOnce(network, at, limits);
        if ('location' in answer) at = new URL(answer.location, at);
        else return answer;
      }
      throw refused(at.host, 'it leads on and on');
    },
  };
  return network;
}

function fetchOnce(network: Network, url: URL, limits: FetchLimits): Promise<Fetched | { location: string }> {
  const port = url.port === '' ? 443 : Number(url.port);
  const place = network.connectOptions(url.hostname, port);
  return new Promise((resolve, reject) => {
    const call = request({
      ...place,
      ...network.tlsConnectOptions({ host: url.hostname, port }),
      host: 'host' in place ? place.host : url.hostname,
      port: 'port' in place ? place.port : port,
      path: url.pathname + url.search,
      headers: { Host: url.host, Accept: '*/*' },
      agent: false,
      timeout: limits.timeoutMs,
      signal: limits.signal,
    });
    const timer = setTimeout(() => call.destroy(new Error('no answer in time')), limits.timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(refused(url.host, error.message, error));
    };
    call.on('error', fail);
    call.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        clearTimeout(timer);
        response.resume();
        resolve({ location: headers.location });
        return;
      }
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > limits.maxBytes) call.destroy(new Error('the answer is too large'));
        else parts.push(part);
      });
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
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

function refused(host: string, why: string, cause?: unknown): AppError {
  return new AppError(
    { code: 'refused', scope: 'app', next: 'tell-user', detail: `${host} could not be asked: ${why}.` },
    cause,
  );
}
