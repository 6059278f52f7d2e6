import * as v from 'valibot';
import type { WindowAnswer } from '../../src-shared/ipc/window-messages.ts';
import type { Page } from '../shell/shell.ts';
import type { Push } from './push.ts';
import type { Serve } from './serve.ts';

const callSchema = v.object({ call: v.number(), method: v.string(), params: v.optional(v.unknown(), {}) });

/** Joins one window to main: its calls are checked and answered, events are told as they come. */
export function linkWindow(page: Page, serve: Serve, push: Push): void {
  page.onMessage((message) => {
    const parsed = v.safeParse(callSchema, message);
    if (!parsed.success) return;
    const { call, method, params } = parsed.output;
    void serve(method, params, 'window').then((outcome) => {
      const answer: WindowAnswer = outcome.ok
        ? { call, ok: true, value: outcome.value }
        : { call, ok: false, error: outcome.error };
      page.send(answer);
    });
  });
  const stop = push.listen((event, params) => page.send({ event, params }));
  page.onGone(stop);
}
