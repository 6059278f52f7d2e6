import { createHash } from 'node:crypto';

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Every mail that a scenario ever put anywhere, by the SHA-256 of its bytes, with the number of copies that
 * must exist in the end: one, unless the user copied or deleted it for good.
 */
export class Ledger {
  readonly #mails = new Map<string, { label: string; copies: number }>();
  /** Mail that Posthorn makes itself, its bytes not known beforehand: by subject. */
  readonly #made = new Map<string, number>();

  /** Posthorn builds it (a draft): so many with this subject, all of the same bytes on the server and here. */
  made(subject: string, copies = 1): void {
    this.#made.set(subject, copies);
  }

  put(label: string, bytes: Uint8Array | string, copies = 1): void {
    this.#mails.set(sha256(bytes), { label, copies });
  }

  /** The user (or a peer) made so many more, or deleted one (-1). */
  changed(label: string, by: number): void {
    for (const mail of this.#mails.values())
      if (mail.label === label) {
        mail.copies += by;
        return;
      }
    throw new Error(`no mail “${label}” in the ledger`);
  }

  /** One line for each mail that is there too often or too seldom, and for each that nobody put there. */
  differences(found: Iterable<{ where: string; sha: string; subject: string }>): string[] {
    const places = new Map<string, string[]>();
    const lines: string[] = [];
    const made = new Map<string, number>();
    for (const { where, sha, subject } of found) {
      if (this.#made.has(subject)) {
        made.set(subject, (made.get(subject) ?? 0) + 1);
        continue;
      }
      if (!this.#mails.has(sha)) lines.push(`${subject} in ${where} was never put anywhere`);
      places.set(sha, [...(places.get(sha) ?? []), where]);
    }
    for (const [sha, { label, copies }] of this.#mails) {
      const here = places.get(sha) ?? [];
      if (here.length !== copies)
        lines.push(`${label}: ${here.length} instead of ${copies} (${here.join(', ') || 'nowhere'})`);
    }
    for (const [subject, copies] of this.#made)
      if ((made.get(subject) ?? 0) !== copies)
        lines.push(`${subject}: ${made.get(subject) ?? 0} instead of ${copies} of our own`);
    return lines;
  }
}
