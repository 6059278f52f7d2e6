import type { RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../src-shared/error.ts';
import type { Clock } from './clock.ts';
import { connectionWords } from './connection-words.ts';
import { answerTo, type Fetched } from './http-answer.ts';
import type { Network } from './network.ts';
import { isPublicAddress } from './public-address.ts';

// An import of it by name also loads what Node has of browsers' fetch and WebSocket: 85 ms of each start (Node 24).
const { request: requestHttp } = process.getBuiltinModule('node:http');

export interface PublicLimits {
  maxBytes: number;
  /** For all hops together. */
  timeoutMs: number;
  /** A form to POST ("a=b"); without it a GET. A POST follows no redirect. */
  form?: string;
}

/** Fetches what a stranger's mail names. */
export type FetchPublic = (url: string, limits: PublicLimits) => Promise<Fetched>;

const mostRedirects = 5;

/** Ports of the web. Any other could be a service that takes a request for something else. */
const webPorts = new Set([80, 443, 8000, 8080, 8443]);

/**
 * http and https to hosts of the public internet alone: each hop's name is looked up once, every address of
 * it must be public, and the connection goes to one of just these (a name that changes its address between
 * two questions gains nothing). No cookies, no referrer, no name of this program, no certificate of the
 * user's, and no --connect-to. From https it never goes on to http. @throws AppError
 */
export function createFetchPublic(
  network: Pick<Network, 'lookup' | 'tlsConnectOptions'>,
  clock: Clock,
): FetchPublic {
  const lookup = publicOnly(network.lookup);
  return async (url, limits) => {
    let at = URL.parse(url);
    if (at === null) throw refused('That address', 'it is no web address');
    const ends = clock.now() + limits.timeoutMs;
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      check(at);
      const answer = await once({ at, lookup, network, clock, within: ends - clock.now(), limits });
      if (!('location' in answer)) return answer;
      const next: URL | null = URL.parse(answer.location, at.href);
      if (next === null) throw refused(at.host, 'it leads to something that is no address');
      if (at.protocol === 'https:' && next.protocol !== 'https:')
        throw refused(at.host, 'it leads to an address that is not encrypted (https)');
      at = next;
    }
    throw refused(at.host, 'it leads on and on');
  };
}

function check(url: URL): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(url.host, 'it is no web address');
  url.username = '';
  url.password = '';
  if (url.port !== '' && !webPorts.has(Number(url.port)))
    throw refused(url.host, 'it names a port that is not of the web');
  const host = bare(url);
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused(url.host, notPublic);
  // RFC 6761, 6762, 7686: these names mean something here, or are none; no name server need hear of them.
  if (/(?:^|\.)(?:localhost|local|onion|internal|home\.arpa)\.?$/.test(host))
    throw refused(url.host, notPublic);
}

interface Call {
  at: URL;
  lookup: LookupFunction;
  network: Pick<Network, 'tlsConnectOptions'>;
  clock: Clock;
  within: number;
  limits: PublicLimits;
}

async function once({
  at,
  lookup,
  network,
  clock,
  within,
  limits,
}: Call): Promise<Fetched | { location: string }> {
  const host = bare(at);
  const secure = at.protocol === 'https:';
  const port = at.port === '' ? (secure ? 443 : 80) : Number(at.port);
  const { form } = limits;
  const options: RequestOptions = {
    method: form === undefined ? 'GET' : 'POST',
    path: at.pathname + at.search,
    headers: {
      Host: at.host,
      Accept: form === undefined ? 'image/*' : '*/*',
      ...(form === undefined
        ? {}
        : {
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': Buffer.byteLength(form),
          }),
    },
    agent: false,
    lookup,
  };
  const call = secure
    ? requestHttps({ ...network.tlsConnectOptions({ host, port }), ...options, host, port })
    : requestHttp({ ...options, host, port });
  const answer = answerTo(call, {
    clock,
    maxBytes: limits.maxBytes,
    withinMs: Math.max(1, within),
    redirects: form === undefined,
  });
  call.end(form);
  return await answer.catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    throw new AppError(
      {
        code: 'refused',
        scope: 'app',
        next: 'tell-user',
        detail: `${at.host} could not be asked: ${connectionWords(error as NodeJS.ErrnoException)}.`,
      },
      error,
    );
  });
}

/** `lookup` with all addresses of a name, or none when one of them is not public. */
function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const addresses = Array.isArray(found) ? found : [];
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        callback(refused(hostname, notPublic), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

const bare = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
const notPublic = 'it does not lie on the public internet but on this computer or near it';

function refused(host: string, why: string, cause?: unknown): AppError {
  return new AppError(
    { code: 'refused', scope: 'app', next: 'tell-user', detail: `${host} was not asked: ${why}.` },
    cause,
  );
}
