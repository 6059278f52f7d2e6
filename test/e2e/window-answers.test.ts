import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import { calls, pictures, rows, useFakeWindow, type WindowOptions } from './fake-window.ts';
import { axeInBothThemes, focusFault, settle } from './screen-checks.ts';

const open = useFakeWindow();

/** Opens a message that holds this. */
async function read(mail: Partial<FullMessage>, options: WindowOptions = {}): Promise<Page> {
  const page = await open({ accounts: 1, messages: 50 }, options);
  const row = rows(page).nth(1);
  await row.waitFor();
  const id = (await row.getAttribute('data-id')) ?? '';
  await page.evaluate(([key, value]) => window.fakeMain.mails.set(key, value), [id, mail] as const);
  await row.click();
  return page;
}

const invited: Partial<FullMessage> = {
  html: null,
  text: 'Please come to look at the third proof.',
  invitation: {
    partId: '2',
    method: 'request',
    uid: 'u1',
    sequence: 1,
    recurrenceId: null,
    summary: 'Proofs, third round',
    place: 'Room 4, Lindqvist print works',
    start: { at: '2026-11-24T14:00:00.000Z', local: '2026-11-24T09:00:00', zone: 'America/New_York' },
    end: { at: '2026-11-24T15:00:00.000Z', local: '2026-11-24T10:00:00', zone: 'America/New_York' },
    when: 'Tuesday 24 November 2026, 09:00 to 10:00 (America/New York)',
    recurrence: 'Every week on Tuesday, 10 times',
    organizer: { name: 'Marta Lindqvist', address: 'marta@lindqvist-print.example' },
    attendees: [
      { name: 'Ina Verhoeven', address: 'ina@example.org', state: 'needs-action', optional: false },
      { name: 'Jonas Verhoeven', address: 'jonas@verhoeven.example', state: 'accepted', optional: true },
    ],
    attendeesLeftOut: 3,
    description: '',
    comment: 'Bring the plan along.',
    moreEvents: 1,
    sentence: 'Marta Lindqvist changed this event.',
  },
  invitationAnswer: {
    as: 'ina@example.org',
    invited: true,
    to: 'marta@lindqvist-print.example',
    answer: 'accept',
    answeredAt: '2026-11-20T10:00:00.000Z',
    since: 'changed',
  },
  receiptWish: {
    to: ['bounce@mailer.example'],
    sentence: 'Sofía Marín asks to be told that you read this.',
    warning: 'The receipt would go to bounce@mailer.example, but the message came from sofia@marin.example.',
  },
};

test('an invitation is answered by keyboard, can be taken back, and nothing goes unasked', async () => {
  const page = await read(invited, { timezoneId: 'Europe/Berlin' });
  const card = page.getByRole('region', { name: 'Proofs, third round' });
  await card.getByText('Marta Lindqvist changed this event.').waitFor();
  await card.getByText('Tuesday 24 November 2026, 15:00 to 16:00, your time').waitFor();
  await card.getByText('Written as Tuesday 24 November 2026, 09:00 to 10:00 (America/New York)').waitFor();
  await card.getByText('The event was changed after your answer', { exact: false }).waitFor();
  await card.getByText('5 people').click();
  await card.getByText('is coming, optional').waitFor();
  await card.getByText('Bring the plan along.').waitFor();
  await card.getByText('1 more entry is in the file.').waitFor();
  await settle(page);
  await page.screenshot({ path: `${pictures}/invitation.png` });
  expect(await calls(page, 'message.answerInvitation')).toEqual([]);
  const answers = card.getByRole('group', { name: 'Your answer' });
  expect(await answers.getByRole('button', { name: 'Accept' }).getAttribute('aria-pressed')).toBe('true');
  await answers.getByRole('button', { name: 'Accept' }).focus();
  await page.keyboard.press('Tab');
  expect(await focusFault(page)).toBeNull();
  await page.keyboard.press('Enter');
  await answers.getByRole('status').getByText('You said that you may come.').waitFor();
  expect(await calls(page, 'message.answerInvitation')).toEqual([
    { messageId: expect.any(String) as string, answer: 'tentative', undoSeconds: 10 },
  ]);
  await page.getByRole('button', { name: 'Take back' }).click();
  await answers.getByRole('status').getByText('You accepted.').waitFor();
  expect(await calls(page, 'outbox.cancel')).toEqual([{ outboxId: 'answer' }]);
  // From the list of what waits the card hears of it, too; so does one that was closed meanwhile.
  await answers.getByRole('button', { name: 'Decline' }).click();
  await answers.getByRole('status').getByText('You declined.').waitFor();
  await rows(page).nth(2).click();
  await card.waitFor({ state: 'detached' });
  await rows(page).nth(1).click();
  await answers.getByRole('status').getByText('You declined.').waitFor();
  await page.locator('.status-line').click();
  const waiting = page.getByRole('dialog', { name: 'Changes waiting' });
  await waiting.getByRole('button', { name: 'Take back' }).click();
  await answers.getByRole('status').getByText('You accepted.').waitFor();
  await waiting.getByRole('button', { name: 'Close' }).click();
  expect(await axeInBothThemes(page, 'an invitation')).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await settle(page);
  await page.screenshot({ path: `${pictures}/invitation-dark.png` });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 480, height: 800 });
  await card.scrollIntoViewIfNeeded();
  await settle(page);
  await page.screenshot({ path: `${pictures}/invitation-narrow.png` });
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('.mail-card, .note')].some((one) => one.scrollWidth > one.clientWidth + 1),
  );
  expect(wide).toBe(false);
});

test('a cancelled event has nothing to answer', async () => {
  const { invitation } = invited;
  const page = await read({
    ...invited,
    receiptWish: null,
    invitationAnswer: null,
    ...(invitation == null
      ? {}
      : {
          invitation: {
            ...invitation,
            method: 'cancel',
            sentence: 'Marta Lindqvist cancelled this event.',
          },
        }),
  });
  const card = page.getByRole('region', { name: 'Proofs, third round' });
  await card.getByText('Marta Lindqvist cancelled this event.').waitFor();
  expect(await card.getByRole('button').count()).toBe(0);
});

test('a wish for a receipt is a question, and is gone once it was decided', async () => {
  const page = await read({ ...invited, invitation: null, invitationAnswer: null });
  const question = page.getByRole('group', { name: 'Wish for a read receipt' });
  await question.getByText('Sofía Marín asks to be told that you read this.').waitFor();
  await question.getByText('but the message came from sofia@marin.example.', { exact: false }).waitFor();
  await page.screenshot({ path: `${pictures}/receipt.png` });
  expect(await axeInBothThemes(page, 'a wish for a receipt')).toEqual([]);
  expect(await calls(page, 'message.answerReceipt')).toEqual([]);
  await question.getByRole('button', { name: 'Send a receipt' }).click();
  await page.getByText('The receipt goes to bounce@mailer.example').waitFor();
  await question.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Take back' }).click();
  await question.getByRole('button', { name: 'Do not send' }).click();
  await question.waitFor({ state: 'detached' });
  expect(await calls(page, 'message.answerReceipt')).toMatchObject([{ send: true }, { send: false }]);
});
