import type { Socket } from 'node:net';
import { AppError } from '../../src-shared/error.ts';
import { openTcp, secure, type StreamTarget } from '../backends/socket/open-stream.ts';
import type { Clock } from '../platform/clock.ts';
import type { Network } from '../platform/network.ts';
import { protocols } from './capabilities.ts';
import { type FoundServer, serverWords } from './found-server.ts';
import { LineDialogue, OddAnswer } from './line-dialogue.ts';

export type Probe =
  | { ok: true; auth: string[] }
  /** `answered`: something is there, only not what it should be. */
  | { ok: false; answered: boolean; detail: string };

type Place = Pick<FoundServer, 'protocol' | 'host' | 'port' | 'tls'>;

export interface Prober {
  /** Connects, and reads what can be done there; each place once, however many ask. Never throws. */
  probe(place: Place): Promise<Probe>;
  /** What is known by now; undefined when it was not asked or has not answered. */
  known(place: Place): Probe | undefined;
}

const stepMs = 3_000;
const wholeMs = 4_500;

/** Probes with the trust rules of real connections, and nothing to sign in with. `signal` ends all of them. */
export function createProber(network: Network, clock: Clock, signal: AbortSignal): Prober {
  const running = new Map<string, Promise<Probe>>();
  const settled = new Map<string, Probe>();
  return {
    probe(place) {
      const key = keyOf(place);
      let probe = running.get(key);
      if (probe === undefined) {
        probe = probeOnce(place, network, clock, signal).then((result) => {
          settled.set(key, result);
          return result;
        });
        running.set(key, probe);
      }
      return probe;
    },
    known: (place) => settled.get(keyOf(place)),
  };
}

function keyOf({ protocol, host, port, tls }: Place): string {
  return `${protocol} ${host} ${port} ${tls}`;
}

async function probeOnce(place: Place, network: Network, clock: Clock, signal: AbortSignal): Promise<Probe> {
  const { host, port } = place;
  const ownTime = new AbortController();
  const timer = clock.setTimeout(() => ownTime.abort(), wholeMs);
  const target: StreamTarget = {
    host,
    port,
    network,
    clock,
    timeoutMs: stepMs,
    signal: AbortSignal.any([signal, ownTime.signal]),
  };
  let stream: Socket | null = null;
  const cut = (): void => void stream?.destroy();
  target.signal?.addEventListener('abort', cut);
  try {
    const speak = protocols[place.protocol];
    stream = await openTcp(target);
    if (place.tls === 'implicit') stream = await secure(stream, target);
    let talk = new LineDialogue(stream, clock, stepMs);
    await speak.greeting(talk);
    if (place.tls === 'starttls') {
      const { startTls } = await speak.ask(talk);
      if (!startTls) throw new OddAnswer('offers no encryption (STARTTLS)');
      await speak.startTls(talk);
      talk.release();
      stream = await secure(stream, target);
      talk = new LineDialogue(stream, clock, stepMs);
    }
    const { auth } = await speak.ask(talk);
    talk.send(speak.bye);
    return { ok: true, auth };
  } catch (error) {
    return {
      ok: false,
      answered: stream !== null,
      detail: `${serverWords(place)}: ${why(error, stream !== null)}.`,
    };
  } finally {
    timer.cancel();
    target.signal?.removeEventListener('abort', cut);
    // The goodbye is still on its way out; an answer to it is not waited for.
    stream?.on('error', () => undefined);
    stream?.destroySoon();
  }
}

/** Why a probe failed, as the end of a sentence. Nothing was to be signed in to, so passwords are not spoken of. */
function why(error: unknown, connected: boolean): string {
  if (error instanceof OddAnswer) return `it ${error.message}`;
  if (error instanceof AppError) {
    switch (error.code) {
      case 'tls-certificate':
        return `its certificate cannot be trusted: ${(error.data.certificate?.reason ?? '').replace(/\.$/, '')}`;
      case 'host-unknown':
        return 'there is no such server';
      case 'timeout':
        return 'no answer in time';
      case 'connection-lost':
        return connected ? 'it closed the connection' : 'the connection was not made';
      default:
        return error.data.detail.replace(/^Posthorn cannot reach [^ ]+: /, '').replace(/\.$/, '');
    }
  }
  return error instanceof Error && 'code' in error
    ? `the connection was cut (${String(error.code)})`
    : 'the connection was cut';
}
