/** Beyond this a word is too common to be looked for one by one. */
const mostFound = 5_000;
const everyHit = 'posthorn-found';
const currentHit = 'posthorn-found-now';

type FrameWindow = Window & typeof globalThis;

export interface Finding {
  /** How many there are, and which of them is shown, from 1; 0 when there is none. */
  count: number;
  at: number;
}

/** Looks for words in the message frames of `root`. The frames run nothing: all is done from outside. */
export interface FindInFrames {
  /**
   * Anew; the hit that was shown stays the one that is shown, where it is still there, and the view is not moved to it.
   * Where it is gone another is shown, to which the view goes if it `moves`.
   */
  look(words: string, moves: boolean): Finding;
  step(by: 1 | -1): Finding;
  /** Brings the hit that is shown into view again, when what lies above it has grown. */
  stay(): void;
  /** Takes every mark away. */
  clear(): void;
}

export function findInFrames(root: () => ParentNode | null): FindInFrames {
  let hits: Range[] = [];
  let at = -1;

  const frames = (): HTMLIFrameElement[] => [
    ...(root()?.querySelectorAll<HTMLIFrameElement>('iframe.mail-frame') ?? []),
  ];

  function mark(name: string, ranges: readonly Range[]): void {
    // Marks are taken away also where a mail is out of sight by now: it may come back.
    for (const frame of root()?.querySelectorAll('iframe') ?? []) {
      const view = frame.contentWindow as FrameWindow | null;
      if (view === null) continue;
      const own = ranges.filter((range) => range.startContainer.ownerDocument === frame.contentDocument);
      if (own.length === 0) view.CSS.highlights.delete(name);
      else view.CSS.highlights.set(name, new view.Highlight(...own));
    }
  }

  function show(moves = true): Finding {
    const hit = hits[at];
    mark(currentHit, hit === undefined ? [] : [hit]);
    if (hit !== undefined && moves) reveal(hit, frames());
    return { count: hits.length, at: at + 1 };
  }

  return {
    look(words, moves) {
      const before = hits[at];
      const wanted = folded(words).text.trim();
      hits = wanted === '' ? [] : frames().flatMap((frame) => hitsIn(frame.contentDocument, wanted));
      hits.length = Math.min(hits.length, mostFound);
      mark(everyHit, hits);
      const same = hits.findIndex(
        (hit) => hit.startContainer === before?.startContainer && hit.startOffset === before.startOffset,
      );
      at = hits.length === 0 ? -1 : Math.max(0, same);
      // Frames are drawn while somebody scrolls on: they are not called back to where they were.
      return show(moves && same === -1);
    },
    step(by) {
      if (hits.length > 0) at = (at + by + hits.length) % hits.length;
      return show();
    },
    stay() {
      const hit = hits[at];
      if (hit !== undefined) reveal(hit, frames());
    },
    clear() {
      hits = [];
      at = -1;
      for (const name of [everyHit, currentHit]) mark(name, []);
    },
  };
}

/** Letters without their case and marks, blanks as one; and where each came from. */
export function folded(text: string): { text: string; from: number[] } {
  let result = '';
  const from: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    const plain = /\s/.test(letter)
      ? ' '
      : letter.charCodeAt(0) < 0x80
        ? letter.toLowerCase()
        : letter
            .normalize('NFKD')
            .replace(/[\p{M}\u00ad]/gu, '')
            .toLowerCase();
    if (plain === ' ' && result.endsWith(' ')) continue;
    for (const one of plain) {
      result += one;
      for (let unit = 0; unit < one.length; unit += 1) from.push(at);
    }
  }
  return { text: result, from };
}

const ownLine = /^(?:block|flex|grid|list-item|table|table-row|table-cell|table-caption)$/;

/** Ranges of the document that read as these words, also over the borders of elements within a line. */
function hitsIn(document: Document | null, wanted: string): Range[] {
  // None yet while the frame is read: it tells when it stands.
  const body = document?.body as HTMLElement | null | undefined;
  const view = document?.defaultView;
  if (document === null || body === null || body === undefined || view === null || view === undefined)
    return [];
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const nodes: { node: Text; begins: number }[] = [];
  const blocks = new Map<Element, Element>();
  let text = '';
  let block: Element | null = null;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent === null || parent.localName === 'style') continue;
    const around = blockOf(parent);
    // No word goes on from one paragraph to the next.
    if (around !== block) text += '\n\n';
    block = around;
    nodes.push({ node: node as Text, begins: text.length });
    text += node.nodeValue ?? '';
  }
  const { text: plain, from } = folded(text.replaceAll('\n\n', '\u0000\u0000'));
  const found: Range[] = [];
  for (let at = plain.indexOf(wanted); at !== -1; at = plain.indexOf(wanted, at + wanted.length)) {
    const first = place(from[at] ?? 0);
    const last = place(from[at + wanted.length - 1] ?? 0);
    if (first === null || last === null) continue;
    const range = document.createRange();
    range.setStart(first.node, first.offset);
    range.setEnd(last.node, last.offset + 1);
    if (range.getClientRects().length > 0 || closedAround(range) !== null) found.push(range);
    if (found.length >= mostFound) break;
  }
  return found;

  function blockOf(element: Element): Element {
    const known = blocks.get(element);
    if (known !== undefined) return known;
    const above = element.parentElement;
    const is =
      above === null || element === body || ownLine.test(view?.getComputedStyle(element).display ?? '')
        ? element
        : blockOf(above);
    blocks.set(element, is);
    return is;
  }

  function place(at: number): { node: Text; offset: number } | null {
    let low = 0;
    let high = nodes.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((nodes[middle]?.begins ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const entry = nodes[low];
    const offset = at - (entry?.begins ?? 0);
    return entry === undefined || offset < 0 || offset >= entry.node.length
      ? null
      : { node: entry.node, offset };
  }
}

function closedAround(range: Range): HTMLDetailsElement | null {
  return range.startContainer.parentElement?.closest<HTMLDetailsElement>('details:not([open])') ?? null;
}

/** Unfolds what the hit lies in and brings it into view, in the middle where it was not. */
function reveal(hit: Range, frames: readonly HTMLIFrameElement[]): void {
  for (let closed = closedAround(hit); closed !== null; closed = closedAround(hit)) closed.open = true;
  const frame = frames.find((one) => one.contentDocument === hit.startContainer.ownerDocument);
  const scroller = frame?.closest<HTMLElement>('.reader-scroll');
  if (frame === undefined || scroller === null || scroller === undefined) return;
  hit.startContainer.parentElement?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const own = hit.getBoundingClientRect();
  const top = frame.getBoundingClientRect().top + own.top;
  const seen = scroller.getBoundingClientRect();
  if (top < seen.top + 8 || top + own.height > seen.bottom - 8)
    scroller.scrollTop += top - seen.top - seen.height / 2;
}
