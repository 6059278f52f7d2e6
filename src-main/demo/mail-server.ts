export interface MailUser {
  /** What one logs in with: "ann" or "ann@example.test". */
  name: string;
  password: string;
  /** Storage limit as Dovecot writes it, "100k", "50M". */
  quota?: string;
}

/** What every IMAP server of the demo and the tests gives, whichever program it is. */
export interface MailServer {
  kind: 'dovecot' | 'cyrus';
  host: string;
  imapPort: number;
  imapsPort: number;
  /** Path of the authority's PEM. */
  ca: string;
  users: readonly MailUser[];
  dir: string;
  /** The server's own log so far. */
  log(): string;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}
