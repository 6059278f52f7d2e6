import type { Browser, CDPSession } from 'playwright-core';

/** When something that a mark of the page tells of was on the screen. Times in ms of the browser's own clock. */
interface PaintedFrame {
  /** The page's work for the frame was done: script, style, layout, list of what to draw. */
  committed: number;
  /** The pixels were handed to the screen. */
  presented: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  /** Microseconds. */
  ts: number;
  id2?: { local?: string };
}

/**
 * The browser's own account of its frames, for a page that calls `performance.mark` in the animation frame callback of
 * the frame that it wants to know of. Exact to the microsecond: no animation frame is waited for to be told.
 */
export class FrameTrace {
  readonly #session: CDPSession;
  readonly #events: TraceEvent[] = [];

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on('Tracing.dataCollected', ({ value }) => {
      for (const event of value as unknown as TraceEvent[]) if (isOfUse(event)) this.#events.push(event);
    });
  }

  static async start(browser: Browser): Promise<FrameTrace> {
    const session = await browser.newBrowserCDPSession();
    const trace = new FrameTrace(session);
    await session.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: ['benchmark', 'blink.user_timing'] },
    });
    return trace;
  }

  /** By the name of its mark, which must be unlike any other. A mark whose frame never came to the screen is left out. */
  async end(): Promise<{ marks: Map<string, number>; frames: Map<string, PaintedFrame> }> {
    const complete = new Promise((resolve) => this.#session.once('Tracing.tracingComplete', resolve));
    await this.#session.send('Tracing.end');
    await complete;
    await this.#session.detach();
    return read(this.#events.toSorted((one, other) => one.ts - other.ts));
  }
}

const stepNames: ReadonlySet<string> = new Set([
  'PipelineReporter',
  'SendBeginMainFrameToCommit',
  'Commit',
  'SubmitCompositorFrameToPresentationCompositorFrame',
]);
const prefix = 'posthorn ';

function isOfUse({ name, ph }: TraceEvent): boolean {
  return name.startsWith(prefix) || (stepNames.has(name) && (ph === 'b' || ph === 'e'));
}

interface Frame {
  asked: number;
  committed: number;
  presented: number;
}

function read(
  events: readonly TraceEvent[],
): ReturnType<FrameTrace['end']> extends Promise<infer T> ? T : never {
  const open = new Map<string, Frame>();
  const done: (Frame & { pid: number })[] = [];
  const marks = new Map<string, { at: number; pid: number }>();
  for (const { name, ph, pid, ts, id2 } of events) {
    const at = ts / 1000;
    if (name.startsWith(prefix)) {
      marks.set(name.slice(prefix.length), { at, pid });
      continue;
    }
    const id = `${pid} ${id2?.local ?? ''}`;
    if (name === 'PipelineReporter' && ph === 'b') open.set(id, { asked: 0, committed: 0, presented: 0 });
    const frame = open.get(id);
    if (frame === undefined) continue;
    if (name === 'SendBeginMainFrameToCommit' && ph === 'b') frame.asked = at;
    else if (name === 'Commit' && ph === 'e') frame.committed = at;
    else if (name === 'SubmitCompositorFrameToPresentationCompositorFrame' && ph === 'e')
      frame.presented = at;
    else if (name === 'PipelineReporter' && ph === 'e') {
      open.delete(id);
      if (frame.asked > 0 && frame.committed > 0) done.push({ ...frame, pid });
    }
  }
  const frames = new Map<string, PaintedFrame>();
  for (const [name, { at, pid }] of marks) {
    const own = done.filter((one) => one.pid === pid);
    // The frame that ran the callback: the page's later frames are asked for after its commit only.
    const frame = own.find((one) => one.asked <= at && at <= one.committed);
    const committed = frame?.committed ?? at;
    // Where a busy machine left that one out, or it had nothing new to draw, the text is there with the next at the latest.
    const drawn = own
      .filter((one) => one.committed >= committed && one.presented > 0)
      .map((one) => one.presented);
    if (drawn.length > 0) frames.set(name, { committed, presented: Math.min(...drawn) });
  }
  return { marks: new Map([...marks].map(([name, { at }]) => [name, at])), frames };
}
