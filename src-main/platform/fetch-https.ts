import { request } from 'node:https';
import { AppError } from '../../src-shared/error.ts';
import type { Clock } from './clock.ts';
import { answerTo, type Fetched } from './http-answer.ts';
import type { Network } from './network.ts';

export interface FetchLimits {
  maxBytes: number;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Judges each redirect before it is followed: another address to go to, or null to stop there. */
  onRedirect?: (to: URL) => URL | null;
}

interface Means {
  reach: Pick<Network, 'connectOptions' | 'tlsConnectOptions'>;
  clock: Clock;
}

const mostRedirects = 3;

/** As `Network.fetchHttps` says. */
export async function fetchHttps(by: Means, url: string, limits: FetchLimits): Promise<Fetched> {
  const first = hostOf(url);
  let at = new URL(url);
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    if (at.protocol !== 'https:') {
      throw refused(first, `it leads to ${at.protocol}//${at.host}, which is not encrypted (https)`);
    }
    const answer = await fetchOnce(by, at, limits);
    if (!('location' in answer)) return answer;
    const next = target(answer.location, at);
    if (next === null) throw refused(at.host, 'it leads to something that is no address');
    const judged = limits.onRedirect === undefined ? next : limits.onRedirect(next);
    if (judged === null)
      throw refused(first, `it leads to ${next.host}, which must not learn what was asked`);
    at = judged;
  }
  throw refused(first, `it leads on and on (more than ${mostRedirects} times)`);
}

async function fetchOnce(
  { reach, clock }: Means,
  url: URL,
  limits: FetchLimits,
): Promise<Fetched | { location: string }> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 443 : Number(url.port);
  const place = reach.connectOptions(host, port);
  const call = request({
    ...reach.tlsConnectOptions({ host, port }),
    ...place,
    path: url.pathname + url.search,
    headers: { Host: url.host, Accept: '*/*' },
    agent: false,
    ...(limits.signal === undefined ? {} : { signal: limits.signal }),
  });
  const answer = answerTo(call, {
    clock,
    maxBytes: limits.maxBytes,
    withinMs: limits.timeoutMs,
    redirects: true,
  });
  call.end();
  return await answer.catch((error: unknown) => {
    throw refused(url.host, wordsOf(error as NodeJS.ErrnoException), error);
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
