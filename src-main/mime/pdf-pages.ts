import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Page, Shell } from '../shell/shell.ts';

const pageSchema = v.object({
  width: v.pipe(v.number(), v.minValue(0)),
  height: v.pipe(v.number(), v.minValue(0)),
  base64: v.pipe(v.string(), v.maxLength(20_000_000), v.base64()),
  text: v.pipe(v.string(), v.maxLength(10_000)),
});
const outcomeSchema = v.variant('state', [
  v.object({ state: v.literal('drawn'), total: v.number(), pages: v.array(pageSchema) }),
  v.object({ state: v.literal('password') }),
  v.object({ state: v.literal('broken') }),
]);
const answerSchema = v.intersect([v.object({ id: v.number() }), outcomeSchema]);
type Answer = v.InferOutput<typeof outcomeSchema> | { state: 'too-slow' };

/** A page of a PDF file as a picture (WebP); `width` and `height` in points. */
export type PdfPage = v.InferOutput<typeof pageSchema>;

/**
 * Pages of PDF files, drawn in a hidden page of their own: neither main nor a window ever reads a stranger's PDF, and
 * one that hangs its reader hangs nothing else; the page is then thrown away, and so is one that nobody needs.
 */
export interface PdfPages {
  /** @throws AppError `refused` when the file cannot be drawn; `detail` says why */
  draw(bytes: Uint8Array, from: number, count: number): Promise<{ total: number; pages: PdfPage[] }>;
}

const mostBytes = 30_000_000;
const timeLimitMs = 30_000;
const restAfterMs = 60_000;

export function createPdfPages(shell: Pick<Shell, 'openPage'>, clock: Clock, log: Log): PdfPages {
  let page: Promise<Page> | null = null;
  let resting: Timer | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let nextId = 1;
  /** Of the page in use: the end of one that was thrown away says nothing about the next. */
  let serial = 0;
  let waiting: { id: number; settle(answer: Answer): void } | null = null;

  async function open(): Promise<Page> {
    const own = (serial += 1);
    const opened = await shell.openPage({ path: '/pdf.html', hidden: true });
    opened.onMessage((message) => {
      const answer = v.safeParse(answerSchema, message);
      if (answer.success && waiting?.id === answer.output.id) waiting.settle(answer.output);
    });
    opened.onGone(() => {
      if (own !== serial) return;
      page = null;
      waiting?.settle({ state: 'broken' });
    });
    await opened.ready;
    return opened;
  }
  function throwAway(): void {
    const closed = page;
    page = null;
    serial += 1;
    void closed?.then((one) => one.close()).catch(() => undefined);
  }

  async function ask(bytes: Uint8Array, from: number, count: number): Promise<Answer> {
    resting?.cancel();
    page ??= open();
    const opened = await page.catch((error: unknown) => {
      page = null;
      log('warn', 'the page for PDF files did not open', { error });
      return null;
    });
    if (opened === null) return { state: 'broken' };
    const id = nextId++;
    const answer = await new Promise<Answer>((settle) => {
      const timer = clock.setTimeout(() => settle({ state: 'too-slow' }), timeLimitMs);
      waiting = {
        id,
        settle(given) {
          timer.cancel();
          settle(given);
        },
      };
      opened.send({ id, base64: Buffer.from(bytes).toString('base64'), from, count });
    });
    waiting = null;
    if (answer.state === 'too-slow') {
      log('warn', 'a PDF file was too slow to draw', { bytes: bytes.length });
      throwAway();
    } else resting = clock.setTimeout(throwAway, restAfterMs);
    return answer;
  }

  return {
    async draw(bytes, from, count) {
      if (bytes.length > mostBytes) throw cannot('it is too large');
      // One after the other: each has the whole of its time.
      const turn = last.then(() => ask(bytes, from, count));
      last = turn.catch(() => undefined);
      const answer = await turn;
      if (answer.state === 'drawn') return { total: answer.total, pages: answer.pages };
      throw cannot(
        answer.state === 'password'
          ? 'a password protects it'
          : answer.state === 'too-slow'
            ? 'drawing it takes too long'
            : 'it is damaged, or no PDF file',
      );
    },
  };
}

function cannot(why: string): AppError {
  return new AppError({
    code: 'refused',
    scope: 'message',
    next: 'tell-user',
    detail: `This PDF file cannot be shown: ${why}. It can be saved.`,
  });
}
