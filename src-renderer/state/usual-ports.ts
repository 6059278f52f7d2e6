import type { IncomingProtocol, TlsMode } from '../../src-shared/model/account.ts';

/** Where servers listen by custom (RFC 8314, and what came before it). */
export const usualPorts: Record<IncomingProtocol | 'outgoing', Record<TlsMode, number>> = {
  imap: { implicit: 993, starttls: 143, none: 143 },
  pop3: { implicit: 995, starttls: 110, none: 110 },
  outgoing: { implicit: 465, starttls: 587, none: 587 },
};

/** The port follows the kind of encryption as long as it is a usual one. */
export function portFor(
  speech: IncomingProtocol | 'outgoing',
  tls: TlsMode,
  port: number | null,
): number | null {
  const usual = Object.values(usualPorts[speech]);
  return port === null || usual.includes(port) ? usualPorts[speech][tls] : port;
}
