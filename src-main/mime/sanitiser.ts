import * as v from 'valibot';
import type { Tracker } from '../../src-shared/text/trackers.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Page, Shell } from '../shell/shell.ts';

const answerSchema = v.object({
  id: v.number(),
  html: v.string(),
  remote: v.object({
    count: v.number(),
    hosts: v.array(v.string()),
    urls: v.array(v.string()),
    trackers: v.array(v.object({ host: v.string(), service: v.nullable(v.string()) })),
  }),
  blocked: v.number(),
});

export interface Sanitised {
  html: string;
  remote: { count: number; hosts: string[]; urls: string[]; trackers: Tracker[] };
}

/** HTML longer than this, or slower, is shown as its text instead. */
const timeLimitMs = 5_000;

/**
 * HTML from strangers is cleaned in a hidden page of its own: it needs a document, and a mail that hangs
 * the page hangs nothing else; the page is then thrown away.
 */
export interface Sanitiser {
  /** Null when the mail could not be cleaned in time: show its text. */
  clean(html: string, remote?: Record<string, string>): Promise<Sanitised | null>;
}

export function createSanitiser(shell: Shell, clock: Clock, log: Log): Sanitiser {
  let page: Promise<Page> | null = null;
  let current: Page | null = null;
  let nextId = 1;
  const waiting = new Map<number, (answer: Sanitised | null) => void>();

  function settleAll(): void {
    for (const settle of waiting.values()) settle(null);
    waiting.clear();
  }

  async function open(): Promise<Page> {
    const opened = await shell.openPage({ path: '/sanitise.html', hidden: true });
    opened.onMessage((message) => {
      const answer = v.safeParse(answerSchema, message);
      if (!answer.success) return;
      waiting.get(answer.output.id)?.(answer.output);
      waiting.delete(answer.output.id);
    });
    opened.onGone(() => {
      if (current !== opened) return;
      current = null;
      page = null;
      settleAll();
    });
    current = opened;
    await opened.ready;
    return opened;
  }

  return {
    async clean(html, remote) {
      page ??= open();
      let opened: Page;
      try {
        opened = await page;
      } catch (error) {
        page = null;
        log('warn', 'the sanitiser page did not open', { error });
        return null;
      }
      const id = nextId++;
      return await new Promise((resolve) => {
        const timer = clock.setTimeout(() => {
          waiting.delete(id);
          page = null;
          current = null;
          log('warn', 'a mail was too slow to clean', { bytes: html.length });
          void opened.close().catch(() => undefined);
          resolve(null);
        }, timeLimitMs);
        waiting.set(id, (answer) => {
          timer.cancel();
          resolve(answer);
        });
        opened.send({ id, html, ...(remote === undefined ? {} : { options: { remote } }) });
      });
    },
  };
}
