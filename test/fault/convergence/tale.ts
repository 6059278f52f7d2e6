/** What happened, for whoever has to understand a failure, and what must therefore exist in the end. */
export class Tale {
  readonly lines: string[] = [];
  /** Mails that somebody removed for good, by Message-ID. */
  readonly removed = new Set<string>();
  readonly #copies = new Map<string, number>();
  #mails = 0;

  tell(line: string): void {
    this.lines.push(line);
  }

  newMail(): number {
    this.#mails += 1;
    return this.#mails;
  }

  copied(messageId: string): void {
    this.#copies.set(messageId, (this.#copies.get(messageId) ?? 0) + 1);
  }

  /** Sentences about mails that are lost or doubled; `there` counts them by Message-ID. */
  differences(there: ReadonlyMap<string, number>): string[] {
    const wrong: string[] = [];
    for (let n = 1; n <= this.#mails; n += 1) {
      const id = `<m${n}@sync.test>`;
      const found = there.get(id) ?? 0;
      const most = 1 + (this.#copies.get(id) ?? 0);
      if (found > most) wrong.push(`${id} is there ${found} times instead of at most ${most}`);
      if (found === 0 && !this.removed.has(id)) wrong.push(`${id} is lost`);
    }
    return wrong;
  }
}
