import type { PersonalNamespace, SelectedFolder } from '../backend.ts';
import type { Distrusted } from './server-quirks.ts';

/**
 * A parsed piece of a response. Atoms, numbers and quoted strings are strings of raw bytes
 * (latin1: one character a byte), literals are Buffers, NIL is null, parentheses are arrays.
 */
export type Value = string | Buffer | null | Value[];

/** `* 12 FETCH (…)` is {number: 12, name: 'FETCH', values: [[…]]}. */
export interface Untagged {
  number: number | null;
  name: string;
  values: Value[];
  code: ResponseCode | null;
  /** Text after the response code of OK, NO, BAD, BYE and PREAUTH. */
  text: string;
}

/** "[COPYUID 1 2:3 4:5]" is {name: 'COPYUID', values: ['1', '2:3', '4:5']}. */
export interface ResponseCode {
  name: string;
  values: Value[];
}

export interface Tagged {
  status: 'OK' | 'NO' | 'BAD';
  code: ResponseCode | null;
  text: string;
}

/** A literal of arbitrary bytes (RFC 3516, RFC 6855): "~{12}". */
export interface Literal8 {
  literal8: Buffer;
}

/** Text of the line as raw bytes, or a literal. */
export type Part = string | Buffer | Literal8;

export function isLiteral8(part: Part): part is Literal8 {
  return typeof part === 'object' && 'literal8' in part;
}

/** A command as text and literals. */
export interface Command {
  /** "UID FETCH": what the command is called in errors. */
  name: string;
  parts: Part[];
  /** Every untagged response up to the tagged one, in order. Reading waits for a promise. */
  onUntagged?: (response: Untagged) => void | Promise<void>;
  /** Answers a "+" (AUTHENTICATE); null: the literal writer's business. Returned text is secret. */
  onContinue?: (text: string) => string;
  /** What `onWire` shows in place of the line. */
  mask?: string;
  /** May go out before the commands before it are answered: only where the order does not matter. */
  pipelined?: boolean;
  /** The EXPUNGE of the one operation that may send it (`commands/expunge-marked.ts`). */
  dance?: boolean;
}

/** What the server says of itself (RFC 2971); words it does not say are empty. */
export interface ServerId {
  name: string;
  version: string;
  vendor: string;
}

/** The readable part of how a connection came to be: the same for both readers. */
export interface ServerProfile {
  /** Extensions that ENABLE turned on, upper case. */
  enabled: ReadonlySet<string>;
  /** What is not asked of this server although it offers it (server-quirks.ts). */
  distrusted: ReadonlySet<Distrusted>;
  /** As the server says it (RFC 2342); null where it does not. */
  personal: PersonalNamespace | null;
}

/**
 * One signed-in connection, whichever of the two ways it is read: imapflow (interactive, watch) or
 * our own reader (bulk). Commands are answered in order; `run` resolves with NO and BAD too.
 */
export interface ImapPort {
  readonly capabilities: ReadonlySet<string>;
  /** ENABLE UTF8=ACCEPT was answered: names travel as UTF-8. */
  readonly utf8: boolean;
  readonly profile: ServerProfile;
  /** Names off the wire that do not come back from modified UTF-7, by what they read as. Shared by an account's connections. */
  readonly rawNames: Map<string, string>;
  readonly alive: boolean;
  /** The mailbox that is selected, kept by `commands/select.ts`. */
  selected: { path: string; folder: SelectedFolder } | null;
  /** @throws ConnectionLost */
  run(command: Command): Promise<Tagged>;
  /** Untagged responses while no command runs. */
  onUnsolicited: ((response: Untagged) => void) | null;
  /** Called once. */
  onClosed: ((detail: string) => void) | null;
  /** LOGOUT without waiting for more than a moment. */
  logout(): Promise<void>;
  close(detail: string): void;
}

/** Texts side by side become one. */
export function joinText(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

/** Raw bytes, one character each: for atoms and names whose decoding is someone else's. */
export function rawOf(value: Value | undefined): string {
  if (value === null || value === undefined || Array.isArray(value)) return '';
  return typeof value === 'string' ? value : value.toString('latin1');
}

/** Flags are atoms: a keyword called NIL is one (RFC 9051 9, `flag-keyword`), and no empty place in the list. */
export function flagsIn(value: Value | undefined): string[] {
  return listOf(value).map((flag) => (flag === null ? 'NIL' : rawOf(flag)));
}

export function listOf(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

/** A count or UID as the server wrote it; null for what is not a plain number below 2^53. */
export function numberOf(value: Value | undefined): number | null {
  const text = rawOf(value);
  if (!/^\d{1,15}$/.test(text)) return null;
  return Number(text);
}
