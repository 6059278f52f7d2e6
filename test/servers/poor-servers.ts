import type { DovecotAddress } from '../../src-main/demo/dovecot-config.ts';

/** Loopback addresses on which a Dovecot shows less than it can: with UIDPLUS but no MOVE, and nothing but IMAP4rev1. */
export const poorAddress = { uidplus: '127.0.0.2', bare: '127.0.0.3' } as const;

const bare = 'IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN';

/** For the `addresses` of a Dovecot. */
export const poorAddresses: Readonly<Record<string, DovecotAddress>> = {
  [poorAddress.uidplus]: { imapCapability: `${bare} UIDPLUS IDLE` },
  [poorAddress.bare]: { imapCapability: bare },
};
