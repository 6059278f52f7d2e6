/**
 * What collecting mail (offline mode, RFC 1733) asks of a server: a POP3 maildrop, or an IMAP inbox.
 * A session is opened, used and ended; failures are AppErrors whose `next` says what to do. Nothing
 * that `remove` named is certainly gone before `commit` has resolved.
 */
export interface DropBox {
  /** Connects and signs in. */
  open(signal: AbortSignal): Promise<DropBoxSession>;
  /** How long the server wants no further sign-in, in ms, as it said when it was signed in last (POP3 LOGIN-DELAY). */
  pauseMs?(): number;
}

export interface DropBoxEntry {
  /**
   * Names the message on this server for good: POP3's UIDL, or IMAP's UIDVALIDITY and UID. Null: the
   * server names none (no UIDL), or gave the same name to two messages: never removed by name then.
   */
  key: string | null;
  /** Names the message in this session: POP3's message number, IMAP's UID. */
  handle: number;
  /** As the server says; servers that count line ends as one octet are off. */
  size: number;
  /** When the server got it, milliseconds, and its flags: where the protocol says so (IMAP). */
  date?: number;
  flags?: string[];
  /**
   * What tells this message from another under the same key, where the list itself has it (IMAP: its Message-ID,
   * size and date). Without it the header is compared.
   */
  mark?: string;
}

export interface DropBoxSession {
  /** Oldest first, as the server lists them. */
  list(): Promise<DropBoxEntry[]>;
  /** Header and the first `lines` lines of the body; null where the server cannot (no TOP). */
  top(handle: number, lines: number): Promise<Buffer | null>;
  /** The exact bytes, in pieces as they come; the next piece is read when `onChunk` has resolved. */
  retrieve(handle: number, onChunk: (chunk: Uint8Array) => Promise<void>): Promise<void>;
  /** Marks for removal; a handle that is gone already is no error. */
  remove(handles: readonly number[]): Promise<void>;
  /** Ends the session; resolves when the server said that what was marked is removed (POP3: QUIT's +OK). */
  commit(): Promise<void>;
  /** Ends the session at once; POP3 then removes nothing. */
  abandon(): void;
}
