const systemFlags = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'] as const;
const bySystemName = new Map<string, string>(systemFlags.map((flag) => [flag.toLowerCase(), flag]));

export const seenBit = 1;
export const flaggedBit = 4;

/** Bits 5–30 are for keywords; bit 31 says that the row has more keywords than bits ("extra"). */
const keywordBits = 26;
export const extraBit = 0x8000_0000;

export interface FlagWord {
  bits: number;
  extra: string[] | null;
}

/** The keywords of one account, each with a bit while there are bits. */
export class FlagWords {
  readonly keywords: string[];
  readonly #bit = new Map<string, number>();
  /** Set when a keyword got a bit since it was last cleared: the account's record is to be written. */
  changed = false;

  constructor(keywords: readonly string[]) {
    this.keywords = [...keywords];
    systemFlags.forEach((flag, index) => this.#bit.set(flag, 1 << index));
    this.keywords.forEach((keyword, index) => this.#bit.set(keyword, 1 << (index + systemFlags.length)));
  }

  /** \Recent is the session's, not the message's: it is left out. */
  encode(flags: readonly string[]): FlagWord {
    let bits = 0;
    let extra: string[] | null = null;
    for (const flag of flags) {
      const name = flag.startsWith('\\') ? (bySystemName.get(flag.toLowerCase()) ?? flag) : flag;
      if (name.toLowerCase() === '\\recent') continue;
      const bit = this.#bit.get(name) ?? this.#newBit(name);
      if (bit !== 0) bits |= bit;
      else if (extra === null) extra = [name];
      else if (!extra.includes(name)) extra.push(name);
    }
    if (extra !== null) bits |= extraBit;
    return { bits: bits >>> 0, extra };
  }

  decode(bits: number, extra: readonly string[] | undefined): string[] {
    const flags: string[] = [];
    systemFlags.forEach((flag, index) => {
      if ((bits & (1 << index)) !== 0) flags.push(flag);
    });
    if (bits >>> systemFlags.length !== 0) {
      this.keywords.forEach((keyword, index) => {
        if ((bits & (1 << (index + systemFlags.length))) !== 0) flags.push(keyword);
      });
    }
    return extra === undefined ? flags : [...flags, ...extra];
  }

  #newBit(name: string): number {
    if (this.keywords.length >= keywordBits) return 0;
    const bit = 1 << (this.keywords.length + systemFlags.length);
    this.keywords.push(name);
    this.#bit.set(name, bit);
    this.changed = true;
    return bit;
  }
}
