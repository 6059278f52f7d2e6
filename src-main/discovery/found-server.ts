import type { TriedSource } from '../../src-shared/ipc/areas/account.ts';
import type { IncomingProtocol, TlsMode } from '../../src-shared/model/account.ts';
import type { Clock } from '../platform/clock.ts';
import type { Network } from '../platform/network.ts';
import type { MailName } from './names.ts';
import type { Prober } from './prober.ts';

/** Best first, as ranked: what the mail's own domain says stands above what others say of it. */
export const sources = ['srv', 'autoconfig', 'well-known', 'provider-database', 'mx', 'guess'] as const;
export type Source = (typeof sources)[number];

export interface FoundServer {
  source: Source;
  protocol: IncomingProtocol | 'smtp';
  host: string;
  port: number;
  tls: TlsMode;
  /** SASL names. What the source says until a probe has read what the server offers. */
  auth: readonly string[];
  username: string;
}

/** What a source is given to ask with. The signal is its own: it ends with the source's time. */
export interface Asking {
  mail: MailName;
  network: Network;
  clock: Clock;
  prober: Prober;
  signal: AbortSignal;
}

export interface Answer {
  /** In the order of the source. */
  servers: FoundServer[];
  tried: TriedSource[];
}

export function serverWords({ host, port, tls }: Pick<FoundServer, 'host' | 'port' | 'tls'>): string {
  const how = { implicit: 'TLS', starttls: 'STARTTLS', none: 'not encrypted' }[tls];
  return `${host}:${port} (${how})`;
}
