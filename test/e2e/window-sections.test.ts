import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import type { MailProtection } from '../../src-shared/model/mail.ts';
import { protectionSentence } from '../../src-shared/model/mail.ts';
import { calls, pictures, rows, useFakeWindow, type WindowOptions } from './fake-window.ts';
import { axeInBothThemes } from './screen-checks.ts';

const open = useFakeWindow();

/** Opens a message that holds this; gives its id. */
async function read(mail: Partial<FullMessage>, options: WindowOptions = {}): Promise<Page> {
  const page = await open({ accounts: 1, messages: 50 }, options);
  const row = rows(page).nth(1);
  await row.waitFor();
  const id = (await row.getAttribute('data-id')) ?? '';
  await page.evaluate(([key, value]) => window.fakeMain.mails.set(key, value), [id, mail] as const);
  await row.click();
  return page;
}

const protection = (
  one: Pick<MailProtection, 'partId' | 'what' | 'by' | 'form' | 'whole'>,
): MailProtection => ({
  ...one,
  sentence: protectionSentence(one),
});
const signed = protection({ partId: '2', what: 'signed', by: 'openpgp', form: 'multipart', whole: false });
const file = (partId: string, filename: string, contentType: string): FullMessage['attachments'][number] => ({
  partId,
  filename,
  contentType,
  size: 900,
  disposition: 'attachment',
  contentId: null,
  embedded: false,
});
/** As if the sanitiser had let everything through: the frames alone have to hold it. */
const hostile =
  '<style>*{position:fixed!important;inset:0!important;z-index:2147483647!important}body,html{height:9000px!important}</style>' +
  '<div id="cover" style="position:fixed;inset:0;background:red;color:#fff">COVER</div><div><table><!-- ';

test('what one section holds reaches neither the next nor the window', async () => {
  const page = await read({
    html: '<p>joined</p>',
    protection: [signed],
    sections: [
      { protection: null, enclosed: false, text: 'hostile', html: hostile },
      { protection: 0, enclosed: false, text: 'signed', html: '<p id="cover">The signed words</p>' },
      { protection: null, enclosed: true, text: 'enclosed words', html: null },
    ],
  });
  const second = page.getByRole('region', {
    name: '2nd of 3 pieces · signed (OpenPGP (PGP/MIME)), not checked',
  });
  await second.frameLocator('iframe').getByText('The signed words').waitFor();
  await page
    .getByRole('region', { name: 'From an enclosed message' })
    .frameLocator('iframe')
    .getByText('enclosed words')
    .waitFor();
  expect(await page.locator('iframe.mail-frame').count()).toBe(3);
  for (const frame of await page.locator('iframe.mail-frame').all())
    expect(await frame.getAttribute('sandbox')).toBe('allow-same-origin');
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const sections = [...document.querySelectorAll<HTMLElement>('.mail-section')];
    const boxes = sections.map((section) => section.getBoundingClientRect());
    boxes.forEach((box, at) => {
      const next = boxes[at + 1];
      if (next !== undefined && box.bottom > next.top) found.push(`section ${at} lies over the next`);
      const frame = sections[at]?.querySelector('iframe')?.getBoundingClientRect();
      if (frame === undefined || frame.left < box.left || frame.right > box.right)
        found.push(`the frame of section ${at} leaves its border`);
      if (getComputedStyle(sections[at] ?? document.body).borderTopWidth !== '1px') found.push('no border');
    });
    // What is drawn at the window's own places is the window's.
    for (const selector of ['.bar', '.reader-bar', '[data-pane=list]']) {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      const drawn = document.elementFromPoint((box?.left ?? 0) + (box?.width ?? 0) / 2, (box?.top ?? 0) + 10);
      if (drawn?.closest(selector) == null) found.push(`${selector} is covered by ${drawn?.localName ?? ''}`);
    }
    const frames = [...document.querySelectorAll('iframe')];
    if (frames[1]?.contentDocument?.body.querySelector('p')?.textContent !== 'The signed words')
      found.push('the second frame holds something else');
    if (
      frames[1]?.contentDocument?.defaultView?.getComputedStyle(frames[1].contentDocument.body).position ===
      'fixed'
    )
      found.push('a style reached the second frame');
    return found;
  });
  expect(faults).toEqual([]);
  await page.screenshot({ path: `${pictures}/sections.png` });
});

test('says what is signed and encrypted without a mark of trust, and saves the encrypted part', async () => {
  const page = await read({
    text: '',
    html: null,
    protection: [
      protection({ partId: '', what: 'encrypted', by: 'openpgp', form: 'multipart', whole: true }),
      protection({ partId: '3', what: 'signed', by: 'smime', form: 'opaque', whole: false }),
    ],
    attachments: [
      file('1', 'part-1', 'application/pgp-encrypted'),
      file('2', 'encrypted.asc', 'application/octet-stream'),
      file('3', 'smime.p7m', 'application/pkcs7-mime'),
    ],
  });
  const card = page.getByRole('region', { name: 'Encrypted, cannot be read yet' });
  await card.getByText('OpenPGP (PGP/MIME)').waitFor();
  const note = page.getByRole('note', { name: 'Signed parts of this message' });
  await note.getByText('did not check the signature', { exact: false }).waitFor();
  const green = await page.evaluate(() => {
    const good = getComputedStyle(document.documentElement).getPropertyValue('--good');
    return [...document.querySelectorAll('.mail-card *, .note *')].some((element) => {
      const probe = document.createElement('i');
      probe.style.color = good;
      document.body.append(probe);
      const same = getComputedStyle(probe).color === getComputedStyle(element).color;
      probe.remove();
      return same;
    });
  });
  expect(green).toBe(false);
  // The card stands for both halves; the signed file stays a file.
  expect(await page.locator('.stage:not([inert]) .files .file').count()).toBe(1);
  await card.getByRole('button', { name: 'Save the encrypted part…' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => calls(page, 'message.saveAttachment')).toMatchObject([{ partId: '2' }]);
  await page.screenshot({ path: `${pictures}/protection.png` });
  expect(await axeInBothThemes(page, 'protection')).toEqual([]);
});

test('folds text that is encrypted itself', async () => {
  const page = await read({
    text: '-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----',
    html: null,
    protection: [protection({ partId: '1', what: 'encrypted', by: 'openpgp', form: 'inline', whole: true })],
  });
  await page.getByRole('region', { name: 'Encrypted, cannot be read yet' }).waitFor();
  expect(await page.locator('iframe.mail-frame').isVisible()).toBe(false);
  await page.getByText('Show the encrypted text').click();
  await page.frameLocator('iframe.mail-frame').getByText('BEGIN PGP MESSAGE').waitFor();
});
