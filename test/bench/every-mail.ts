import type { Page } from 'playwright-core';
import { corporaPresent, corpusMails } from '../agreement/corpora.ts';
import { type BenchContext, percentile } from './bench-line.ts';
import { type BenchWorld, corpusUser } from './bench-world.ts';
import { onDisplay } from './on-display.ts';

const what = 'Each mail of the corpora, opened by its key in the window, until it is drawn';
const largest = 3_000_000;
/** A mail that takes longer is told by its subject. */
const slowMs = 2_000;

interface Shown {
  messageId: string;
  /** There is a frame, and neither letters nor anything else to see in it. */
  blank: boolean;
}

/** One after the other, each drawn before the next is asked for: how long they take, which are blank, what goes wrong. */
export async function benchEveryMail(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  if (!corporaPresent) {
    add({ what, skipped: 'the corpora are not beside the checkout' });
    return;
  }
  const mails = [...corpusMails()]
    .filter(({ bytes }, at) => bytes.length > 0 && bytes.length < largest && (!quick || at % 20 === 0))
    .map(({ bytes }, at) => ({ bytes, internalDate: new Date(Date.now() - at * 60_000) }));
  await onDisplay(what, world, add, async (show) => {
    world.dovecot.seedMaildir(corpusUser, 'INBOX', mails);
    const profile = world.newProfile();
    const app = world.open(profile);
    await app.call('app.info');
    const accountId = await world.addAccount(app, corpusUser, world.dovecot.imapPort, 'none');
    await app.call('sync.run', { accountId, bodies: 'all' }, 1_200_000);
    await app.quit();
    const { page } = await show(profile);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const rows = page.locator('[role=row]:not(.skeleton)');
    await rows.nth(5).waitFor({ timeout: 60_000 });
    // A row for each mail: conversations are many mails.
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.locator('[role=row][aria-rowindex="1"]').click();
    const { times, odd } = await openAll(page, mails.length);
    for (const line of [...odd, ...errors]) process.stdout.write(`    ${line}\n`);
    const p99 = percentile(times, 0.99);
    add({
      what: `${what}, p99`,
      value: p99,
      unit: 'ms',
      target: {
        words: '≤ 2 s each, none blank, no error',
        met: odd.length === 0 && errors.length === 0 && times.length === mails.length,
      },
      note: `${times.length} of ${mails.length} mails; p50 ${percentile(times, 0.5).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms; blank, slow or not shown: ${odd.length}; errors of the page: ${errors.length}`,
    });
  });
}

async function openAll(page: Page, count: number): Promise<{ times: number[]; odd: string[] }> {
  const times: number[] = [];
  const odd: string[] = [];
  let before = '';
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    if (at > 0) await page.keyboard.press('j');
    const shown = await page
      .waitForFunction(drawn, before, { timeout: 20_000 })
      .then((handle) => handle.jsonValue() as Promise<Shown>)
      .catch(() => null);
    const took = performance.now() - began;
    const subject = (await page.locator('#subject').textContent()) ?? '';
    if (shown === null) odd.push(`not shown after 20 s: the mail after “${subject}”`);
    else {
      before = shown.messageId;
      times.push(took);
      if (shown.blank) odd.push(`blank: “${subject}”`);
      if (took > slowMs) odd.push(`${took.toFixed(0)} ms: “${subject}”`);
    }
  }
  return { times, odd };
}

/** Runs in the page: another message than `before` is there, and stands in its frames. */
function drawn(before: string): Shown | false {
  const stage = document.querySelector('.stage:not([inert])');
  const message = stage?.querySelector('.message:not([aria-busy=true])');
  const messageId = message?.closest('[data-message]')?.getAttribute('data-message');
  if (stage == null || messageId == null || messageId === before) return false;
  const frames = [...stage.querySelectorAll<HTMLIFrameElement>('iframe.mail-frame')];
  if (frames.some((one) => one.contentDocument?.readyState !== 'complete' || one.clientHeight === 0))
    return false;
  const isBlank = (frame: HTMLIFrameElement): boolean => {
    const body = frame.contentDocument?.body;
    const words = [...(body?.querySelectorAll('style') ?? [])].reduce(
      (rest, style) => rest - style.textContent.trim().length,
      body?.textContent.trim().length ?? 0,
    );
    return (
      words <= 0 && body?.querySelector('img, hr, [style*="url("], [style*="background"], [bgcolor]') == null
    );
  };
  return { messageId, blank: frames.length > 0 && frames.every(isBlank) };
}
