/**
 * Several pieces as one buffer of its own, to be handed to a thread without a copy. A view on a connection's buffer
 * must not be posted: all of that buffer would be copied with it.
 */
export function packBytes(pieces: readonly Uint8Array[]): {
  packed: Uint8Array<ArrayBuffer>;
  ends: number[];
} {
  const packed = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  const ends: number[] = [];
  let at = 0;
  for (const piece of pieces) {
    packed.set(piece, at);
    at += piece.length;
    ends.push(at);
  }
  return { packed, ends };
}

/** Texts in UTF-8, one behind the other. */
export interface PackedTexts {
  packed: Uint8Array<ArrayBuffer>;
  ends: number[];
}

/** As `packBytes`, of texts: what is handed over so need not be made a text again where nobody reads it. */
export class TextPacker {
  readonly #ends: number[] = [];
  #buffer: Buffer<ArrayBuffer>;
  #length = 0;

  /** `expected`: bytes that all texts together are thought to take. */
  constructor(expected: number) {
    this.#buffer = Buffer.from(new ArrayBuffer(expected));
  }

  /** Written down at once: texts of many messages that are all held outgrow the young heap, and are collected dearly. */
  add(text: string): void {
    const needed = this.#length + Buffer.byteLength(text);
    if (needed > this.#buffer.length) {
      const larger = Buffer.from(new ArrayBuffer(Math.max(needed, 2 * this.#buffer.length)));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#length += this.#buffer.write(text, this.#length);
    this.#ends.push(this.#length);
  }

  /** The bytes begin at the start of their buffer, which may go on behind them. */
  finish(): PackedTexts {
    return { packed: this.#buffer.subarray(0, this.#length), ends: this.#ends };
  }
}

export function packTexts(texts: readonly string[]): PackedTexts {
  const packer = new TextPacker(texts.reduce((sum, text) => sum + text.length, 0));
  for (const text of texts) packer.add(text);
  return packer.finish();
}
