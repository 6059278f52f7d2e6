import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SmtpMail } from '../../src-main/demo/submission.ts';
import { until } from '../harness/headless.ts';
import type { RawImap } from '../servers/raw-imap.ts';
import { DemoWindow, findStage, showCalmly } from './demo-window.ts';
import { invitation, jobMails } from './job-mails.ts';
import { lookAt } from './screen-checks.ts';

const { display, reason, skipped } = await findStage('window-jobs');

/** What cards and notes over a message do, from the click to the bytes on real servers. */
describe.skipIf(reason !== null)(`jobs of a message, in a real window on real servers${skipped}`, () => {
  const downloads = mkdtempSync(join(tmpdir(), 'posthorn-downloads-'));
  const faults: string[] = [];
  let opened: DemoWindow;
  let page: Page;
  let taken: SmtpMail[];

  beforeAll(async () => {
    process.env['XDG_DOWNLOAD_DIR'] = downloads;
    opened = await DemoWindow.open({
      display,
      count: 12,
      prepare: (world) => {
        world.flags.push('--undo-send', '3');
        const ina = world.accounts[0]?.address ?? '';
        world.dovecot.seedMaildir(ina, 'INBOX', jobMails(ina));
      },
    });
    page = opened.page;
    taken = opened.world.submission.taken;
    await showCalmly(page);
    await opened.addFirstAccount();
  });
  afterAll(async () => {
    delete process.env['XDG_DOWNLOAD_DIR'];
    await opened?.close();
    await display?.stop();
    rmSync(downloads, { recursive: true, force: true });
  });

  const row = (subject: string): Locator =>
    page
      .locator('[data-pane=list] [role=row]')
      .filter({ has: page.locator('.row-subject').getByText(subject) })
      .first();
  const open = async (subject: string): Promise<void> => {
    await row(subject).click();
    await page.locator('#subject', { hasText: subject }).waitFor();
    await page.locator('.stage:not([inert]) .message:not([aria-busy=true])').first().waitFor();
  };
  const place = async (name: string): Promise<void> => {
    await page.getByRole('treeitem', { name }).first().click();
    await page.locator('#list-title', { hasText: name }).waitFor();
  };
  const reader = (): Locator => page.locator('.reader');
  const toast = (words: string | RegExp): Locator => page.locator('.toast').filter({ hasText: words });
  const sent = (holds: string): Promise<SmtpMail> =>
    until(
      () => Promise.resolve(taken.find(({ bytes }) => bytes.includes(holds))),
      `a mail with ${holds}`,
      60_000,
    );
  const look = async (screen: string): Promise<void> => {
    faults.push(...(await lookAt(page, `job-${screen}`)));
  };
  const onServer = async <T>(ask: (raw: RawImap) => Promise<T | undefined>, what: string): Promise<T> => {
    const raw = await opened.rawImap();
    try {
      return await until(() => ask(raw), what, 60_000);
    } finally {
      await raw.close();
    }
  };

  test('accepting, maybe and declining each send the organizer their answer, by mouse and by key', async () => {
    for (const [subject, button, partstat, key] of [
      [invitation.first, 'Accept', 'ACCEPTED', false],
      [invitation.second, 'Maybe', 'TENTATIVE', true],
      [invitation.third, 'Decline', 'DECLINED', true],
    ] as const) {
      await open(subject);
      const card = reader().getByRole('region', { name: subject });
      const answers = card.getByRole('group', { name: 'Your answer' });
      await card.getByText('The answer goes to ina@noordlicht.test', { exact: false }).waitFor();
      if (!key) await look('invitation');
      if (key) {
        await answers.getByRole('button', { name: button }).focus();
        await page.keyboard.press('Enter');
      } else await answers.getByRole('button', { name: button }).click();
      await answers.getByRole('status').waitFor();
      const mail = await sent(`: ${subject}\r\n`);
      expect(mail.from).toBe(opened.ina.address);
      expect(mail.to).toEqual(['ina@noordlicht.test']);
      const calendar = calendarOf(mail.bytes);
      expect(calendar.filter((line) => /^METHOD|^UID|^SEQUENCE|^BEGIN:V[AE]/.test(line))).toEqual([
        'METHOD:REPLY',
        'BEGIN:VEVENT',
        `UID:${subject.replaceAll(' ', '-')}@calendar.test`,
        'SEQUENCE:2',
      ]);
      // RFC 5546 3.2.3: the one who answers, and nobody else.
      const attendees = calendar.filter((line) => line.startsWith('ATTENDEE'));
      expect(attendees).toHaveLength(1);
      expect(attendees[0]).toContain(`PARTSTAT=${partstat}`);
      expect(attendees[0]).toMatch(new RegExp(`mailto:${opened.ina.address}$`, 'i'));
      expect(calendar.some((line) => /^(?:ATTACH|URL|BEGIN:VALARM)/.test(line))).toBe(false);
    }
    expect(taken).toHaveLength(3);
    // The organizer has the very bytes, and so has our own Sent.
    const [first] = taken;
    await onServer(async (raw) => {
      const [message] = (await raw.messages('Sent')).filter(({ bytes }) =>
        bytes.equals(first?.bytes ?? Buffer.alloc(0)),
      );
      return message;
    }, 'the answer in Sent');
    await open(invitation.first);
    const remembered = reader()
      .getByRole('region', { name: invitation.first })
      .getByRole('button', { name: 'Accept', exact: true });
    expect(await remembered.getAttribute('aria-pressed')).toBe('true');
  });

  test('a receipt goes only after the question, once, with an empty sender; “Do not send” sends none', async () => {
    const before = taken.length;
    await open('Please confirm');
    const question = reader().getByRole('group', { name: 'Wish for a read receipt' });
    await question.waitFor();
    await look('receipt');
    expect(taken).toHaveLength(before);
    await question.getByRole('button', { name: 'Send a receipt' }).click();
    await question.waitFor({ state: 'detached' });
    const mail = await sent('disposition-notification');
    expect(mail.from).toBe('');
    expect(mail.to).toEqual(['ina@noordlicht.test']);
    const text = mail.bytes.toString('latin1').replace(/\r\n[ \t]+/g, ' ');
    expect(text).toMatch(/^Content-Type: multipart\/report; report-type=disposition-notification;/m);
    expect(text).toMatch(/^Final-Recipient: rfc822;\s?ina@verhoeven\.test\r$/m);
    expect(text).toMatch(/^Original-Message-ID: <please-confirm@job\.test>\r$/m);
    expect(text).toMatch(/^Disposition: manual-action\/MDN-sent-manually; displayed\r$/m);
    await onServer(async (raw) => {
      const all = await raw.messages('INBOX');
      const asked = all.find(({ messageId }) => messageId === '<please-confirm@job.test>');
      return asked?.flags.includes('$MDNSent') === true ? true : undefined;
    }, '$MDNSent on the server');
    await open('Confirm this, too');
    await question.getByRole('button', { name: 'Do not send' }).click();
    await question.waitFor({ state: 'detached' });
    for (const subject of ['Please confirm', 'Confirm this, too']) {
      await open('Minutes of the board');
      await open(subject);
      await reader().locator('iframe.mail-frame').first().waitFor();
      expect(await question.count(), `${subject}, opened again`).toBe(0);
    }
    expect(taken).toHaveLength(before + 1);
  });

  test('what comes back is tied to the mail that was sent', async () => {
    // The server takes it and finds out later that there is nobody.
    opened.world.submission.script = {};
    await page.keyboard.press('c');
    const composer = page.locator('.composer');
    await composer.waitFor();
    await page.locator('#compose-to:focus').waitFor();
    await page.keyboard.type('nobody@verhoeven.test');
    await page.keyboard.press('Enter');
    await page.locator('#compose-subject').fill('To nobody at all');
    await composer.locator('.rich-text, textarea').last().click();
    await page.keyboard.type('Is there anybody?');
    await page.keyboard.press('Control+Enter');
    await composer.waitFor({ state: 'hidden' });
    await row('Undelivered mail returned to sender').waitFor({ timeout: 60_000 });
    await open('Undelivered mail returned to sender');
    const card = reader().getByRole('region', { name: 'Not delivered' });
    await card.getByText(/Could not be delivered to nobody@verhoeven\.test, because/).waitFor();
    await card.getByText('About your message “To nobody at all”.').waitFor();
    await look('bounce');
    await card.getByRole('button', { name: 'Show the mail you sent' }).click();
    await page.locator('#subject', { hasText: 'To nobody at all' }).waitFor();
    await reader()
      .getByText(/nobody@verhoeven\.test/)
      .first()
      .waitFor();
    await look('bounce-sent');
    await place('Inbox');
  });

  test('signed and encrypted mail is said plainly, never as trust; the encrypted part is saved as it is', async () => {
    await open('Minutes of the board');
    const note = reader().getByRole('note', { name: 'Signed parts of this message' });
    await expect.poll(() => note.textContent()).toMatch(/is signed \(OpenPGP\).*did not check/s);
    expect(await reader().locator('.stage:not([inert]) :is(.note, .mail-card).is-good').count()).toBe(0);
    await look('signed');
    await open('For your eyes');
    const card = reader().getByRole('region', { name: 'Encrypted, cannot be read yet' });
    await card.waitFor();
    await look('encrypted');
    const save = card.getByRole('button', { name: 'Save the encrypted part…' });
    await save.click();
    await toast(/Saved encrypted\.asc in posthorn-downloads/).waitFor();
    await save.click();
    await toast(/Saved encrypted \(2\)\.asc in/).waitFor();
    for (const name of ['encrypted.asc', 'encrypted (2).asc'])
      expect(readFileSync(join(downloads, name), 'latin1')).toMatch(
        /^-----BEGIN PGP MESSAGE-----\r\n[^]*-----END PGP MESSAGE-----(?:\r\n)?$/,
      );
  });

  test('who sent it stands in words; leaving a list asks first, and says why where it cannot', async () => {
    await open('Lights of the coast, November');
    const mark = reader().getByRole('button', { name: /^Really from lights\.example/ });
    await mark.focus();
    await page.keyboard.press('Enter');
    const panel = reader().getByRole('region', { name: 'Who sent this' });
    await panel.getByText('signature (DKIM) of lights.example: right').waitFor();
    await panel.getByText('Lights of the coast').first().waitFor();
    await look('sender');
    const { queries } = opened.world.dns;
    const asked = (): string[] => queries.filter((one) => one.startsWith('leave.lights.example'));
    await reader().getByRole('button', { name: 'Unsubscribe' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave this mailing list?' });
    await dialog.getByText('leave.lights.example').waitFor();
    await look('unsubscribe');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(asked()).toEqual([]);
    await reader().getByRole('button', { name: 'Unsubscribe' }).click();
    await dialog.getByRole('button', { name: 'Unsubscribe' }).click();
    // This name leads nowhere here: window-unsubscribe.test.ts goes all the way.
    await toast('leave.lights.example could not be asked: there is no such server.').waitFor();
    expect(asked().length).toBeGreaterThan(0);
    await open('Your account will be closed');
    await reader().getByRole('note').filter({ hasText: 'Claims to be from' }).waitFor();
    await look('sender-failed');
  });

  test('nothing of it is closed to keyboard and screen reader, and no page wrote an error', () => {
    expect(faults).toEqual([]);
    expect(opened.posthorn.problems).toEqual([]);
    expect(existsSync(downloads) && readdirSync(downloads).length).toBe(2);
  });
});

/** The lines of the calendar part, unfolded; read here and not by the program's own reader. */
function calendarOf(mail: Buffer): string[] {
  const text = mail.toString('latin1');
  const begins = text.search(/^Content-Type: text\/calendar; charset=utf-8; method=REPLY\r$/m);
  expect(begins, 'a part text/calendar with method=REPLY').toBeGreaterThan(0);
  const part = text.slice(begins);
  const body = part.slice(part.indexOf('\r\n\r\n') + 4).split(/\r\n--/, 1)[0] ?? '';
  const encoding = /^Content-Transfer-Encoding: (\S+)/im.exec(part)?.[1] ?? '7bit';
  const plain =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString()
      : encoding === 'quoted-printable'
        ? body
            .replace(/=\r\n/g, '')
            .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
        : body;
  return plain.replace(/\r\n[ \t]/g, '').split('\r\n');
}
