import { request } from 'node:https';
import { AppError } from '../../src-shared/error.ts';
import type { Clock } from './clock.ts';
import { connectionWords } from './connection-words.ts';
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
    throw refused(url.host, connectionWords(error as NodeJS.ErrnoException), error);
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

function refused(host: string, why: string, cause?: unknown): AppError {
  return new AppError(
    { code: 'refused', scope: 'app', next: 'tell-user', detail: `${host} could not be asked: ${why}.` },
    cause,
  );
}
