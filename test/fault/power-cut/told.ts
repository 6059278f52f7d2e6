import { sha256 } from '../ledger.ts';

/** What may be true of something of which several changes were asked for and not all are answered. */
export class Possible<T> {
  #values: Set<T>;

  constructor(first: T) {
    this.#values = new Set([first]);
  }

  /** Asked for: from now on it may be so. */
  maybe(value: T): void {
    this.#values.add(value);
  }

  /** Answered: nothing that was before may come back. */
  is(value: T): void {
    this.#values = new Set([value]);
  }

  has(value: T): boolean {
    return this.#values.has(value);
  }

  toString(): string {
    return [...this.#values].map((value) => JSON.stringify(value)).join(' or ');
  }
}

/** A mail that lay on the server when the story began. */
export class ToldMail {
  readonly sha256: string;
  readonly flagged = new Possible(false);
  readonly folder = new Possible('INBOX');
  /** Copies there must be at least, and may be at most. */
  atLeast = 1;
  atMost = 1;
  /** It was copied or deleted: which copy lies where is not followed any more. */
  loose = false;

  constructor(bytes: string) {
    this.sha256 = sha256(bytes);
  }
}

/** All that Posthorn was asked for and answered before the power went: what must be true afterwards. */
export class Told {
  readonly mails = new Map<string, ToldMail>();
  /** draftId → its text. */
  readonly drafts = new Map<string, Possible<string>>();
  /** Message-ID → outboxId. */
  readonly sent = new Map<string, string>();
  readonly folders: string[] = [];
  readonly accountName: Possible<string>;
  /** Mail for the account that takes its mail home: Message-ID → SHA-256. */
  readonly home = new Map<string, string>();
  readonly lines: string[] = [];

  constructor(accountName: string) {
    this.accountName = new Possible(accountName);
  }

  tell(line: string): void {
    this.lines.push(line);
  }
}
