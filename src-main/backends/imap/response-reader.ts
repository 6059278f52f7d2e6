/** A response that grows beyond this without an end is an attack or a broken server. */
export const longestLine = 16 * 1024 * 1024;
export const largestLiteral = 128 * 1024 * 1024;

export class UnreadableStream extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableStream';
  }
}

/**
 * Cuts a byte stream into responses: up to the line end, literals inside included. Chunks are
 * joined only where a response crosses them, and a literal is waited for without looking at its
 * bytes, so that a large body costs one copy.
 */
export class ResponseReader {
  #data: Buffer = Buffer.alloc(0);
  #start = 0;
  /** Where the search for the line end goes on. */
  #scan = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** A line end is among the waiting chunks. */
  #lineEndWaits = false;
  /** Bytes of literals in the response that is being read: they do not count as line. */
  #literalBytes = 0;

  /** Bytes that belong to no complete response yet. */
  get pending(): Buffer {
    this.#join();
    return this.#data.subarray(this.#start);
  }

  get empty(): boolean {
    return this.#data.length - this.#start + this.#waitingBytes === 0;
  }

  push(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#lineEndWaits ||= chunk.includes(10);
  }

  /** The next complete response without its final CRLF, or null: more bytes are needed. */
  next(): Buffer | null {
    if (this.#scan > this.#data.length + this.#waitingBytes) return null;
    // A line without an end is not joined again for every chunk: that would cost its length squared.
    if (!this.#lineEndWaits && this.#scan === this.#data.length) {
      this.#checkLine(this.#data.length + this.#waitingBytes);
      return null;
    }
    this.#join();
    for (;;) {
      const end = this.#data.indexOf(10, this.#scan);
      if (end === -1) {
        this.#scan = Math.max(this.#scan, this.#data.length);
        this.#checkLine(this.#scan);
        return null;
      }
      const lineEnd = end > this.#start && this.#data[end - 1] === 13 ? end - 1 : end;
      const literal = this.#literalBefore(lineEnd);
      if (literal === null) {
        const response = this.#data.subarray(this.#start, lineEnd);
        this.#start = end + 1;
        this.#scan = this.#start;
        this.#literalBytes = 0;
        return response;
      }
      if (literal > largestLiteral) throw new UnreadableStream(`a literal of ${literal} bytes`);
      this.#scan = end + 1 + literal;
      this.#literalBytes += literal;
      if (this.#literalBytes > 2 * largestLiteral) throw new UnreadableStream('a response without an end');
      if (this.#scan > this.#data.length) return null;
    }
  }

  #checkLine(end: number): void {
    if (end - this.#start - this.#literalBytes > longestLine)
      throw new UnreadableStream('a line without an end');
  }

  #join(): void {
    if (this.#waitingBytes === 0) return;
    this.#lineEndWaits = false;
    const rest = this.#data.subarray(this.#start);
    this.#data =
      rest.length === 0 && this.#waiting.length === 1
        ? (this.#waiting[0] ?? rest)
        : Buffer.concat([rest, ...this.#waiting]);
    this.#scan -= this.#start;
    this.#start = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** The size of the literal announced right before `lineEnd`: "{12}", "~{12}" or "{12+}". */
  #literalBefore(lineEnd: number): number | null {
    const data = this.#data;
    if (lineEnd - 3 < this.#start || data[lineEnd - 1] !== 125) return null;
    let i = lineEnd - 2;
    if (data[i] === 43) i--;
    let size = 0;
    let unit = 1;
    const digitsEnd = i;
    for (; i >= this.#start; i--) {
      const byte = data[i] ?? 0;
      if (byte === 123) return digitsEnd === i ? null : size;
      if (byte < 48 || byte > 57 || digitsEnd - i > 11) return null;
      size += (byte - 48) * unit;
      unit *= 10;
    }
    return null;
  }
}
