import { pieceLength } from './page-script.ts';

/** Characters on their way to the page at a time; more waits here, so that a slow page does not fill the pipe's buffer. */
const windowLength = 4 * pieceLength;

export interface NoteEnd {
  key: string;
  how: 'clicked' | 'closed' | 'unsupported';
}

export interface ChannelOwner {
  /** Hands texts to the page; resolves when its script has taken them. */
  deliver(texts: readonly string[]): Promise<void>;
  ready(): void;
  message(json: string): void;
  noteEnded(end: NoteEnd): void;
}

/**
 * The main side of the channel to one page (the letters are described in page-script.ts). Ordered
 * in both directions. Before the page is ready, and while it is being loaded again, texts wait.
 */
export class PageChannel {
  readonly #owner: ChannelOwner;
  #queue: string[] = [];
  #parts: string[] = [];
  #inFlight = 0;
  #isOpen = false;
  #isFlushing = false;

  constructor(owner: ChannelOwner) {
    this.#owner = owner;
  }

  sendMessage(json: string): void {
    if (json.length <= pieceLength) {
      this.#push(`w${json}`);
      return;
    }
    let from = 0;
    for (; from + pieceLength < json.length; from += pieceLength)
      this.#push(`p${json.slice(from, from + pieceLength)}`);
    this.#push(`e${json.slice(from)}`);
  }

  sendControl(letter: 'b' | 'n', text: string): void {
    this.#push(letter + text);
  }

  /** A binding call of the page. */
  receive(payload: string): void {
    let from = 0;
    while (from <= payload.length) {
      const end = payload.indexOf('\n', from);
      const until = end === -1 ? payload.length : end;
      this.#receiveText(payload[from], payload.slice(from + 1, until));
      from = until + 1;
    }
  }

  open(): void {
    this.#isOpen = true;
    this.#flushSoon();
  }

  /** The page's document is gone: half a message of it is worth nothing. */
  close(): void {
    this.#isOpen = false;
    this.#parts = [];
  }

  #receiveText(letter: string | undefined, rest: string): void {
    switch (letter) {
      case 'w':
        this.#owner.message(rest);
        return;
      case 'p':
        this.#parts.push(rest);
        return;
      case 'e':
        this.#parts.push(rest);
        this.#owner.message(this.#parts.splice(0).join(''));
        return;
      case 'r':
        this.#owner.ready();
        return;
      case 'c':
        this.#owner.noteEnded(JSON.parse(rest) as NoteEnd);
        return;
      default:
        return;
    }
  }

  #push(text: string): void {
    this.#queue.push(text);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushing || !this.#isOpen) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#isOpen && this.#queue.length > 0 && this.#inFlight < windowLength) {
      let length = 0;
      let count = 0;
      while (count < this.#queue.length && length < pieceLength) length += this.#queue[count++]?.length ?? 0;
      const batch = this.#queue.splice(0, count);
      this.#inFlight += length;
      const landed = (): void => {
        this.#inFlight -= length;
        this.#flush();
      };
      this.#owner.deliver(batch).then(landed, landed);
    }
  }
}
