import { createServer, type AddressInfo, type Server } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallPng, smallWav } from '../fixtures/small-media.ts';
import { smallPdf } from '../fixtures/small-pdf.ts';
import { findDisplay, RealWindow, type Display } from '../harness/real-window.ts';
import { pagesFor } from '../harness/built-pages.ts';
import { axeFaults, settle } from './screen-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-files-'));
const pictures = 'test-artefacts/attachments';
let display: Display | null = null;
let window: RealWindow;
let page: Page;

/** Whoever asks for anything reaches this. */
const reached: string[] = [];
let trap: Server;

interface File {
  name: string;
  type: string;
  bytes: Buffer;
}
function files(host: string): File[] {
  const hostile = smallPdf(['Nothing of this acts'], {
    catalog: `/OpenAction 10 0 R /AA << /WC 10 0 R >> /AcroForm << /Fields [12 0 R] /XFA (<script>fetch("http://${host}/xfa")</script>) >>`,
    page: '/Annots [11 0 R 12 0 R 13 0 R] /AA << /O 10 0 R >>',
    extra: [
      `<< /S /JavaScript /JS (app.launchURL\\("http://${host}/js"\\); this.submitForm\\("http://${host}/form"\\); globalThis.__xss = 1;) >>`,
      `<< /Type /Annot /Subtype /Link /Rect [0 0 300 200] /A << /S /URI /URI (http://${host}/uri) >> >>`,
      `<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (b) /Rect [0 0 100 20] /AA << /F 10 0 R >> >>`,
      `<< /Type /Annot /Subtype /Screen /Rect [0 0 9 9] /A << /S /Launch /F (http://${host}/launch) /NewWindow true >> >>`,
    ],
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="top.__xss=1"><script>top.__xss=1</script><image href="http://${host}/svg"/></svg>`;
  const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://${host}/segment.ts\n#EXT-X-ENDLIST\n`;
  return [
    { name: 'Harbour.png', type: 'image/png', bytes: smallPng(320, 200, [40, 110, 180]) },
    {
      name: 'Report.pdf',
      type: 'application/octet-stream',
      bytes: smallPdf(['First page', 'Second page', 'Third page', 'Fourth page', 'Fifth page']),
    },
    { name: 'hostile.pdf', type: 'application/pdf', bytes: hostile },
    { name: 'broken.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.7\nno pages at all') },
    { name: 'Call.wav', type: 'audio/x-wav', bytes: smallWav(2) },
    { name: 'playlist.mp4', type: 'video/mp4', bytes: Buffer.from(playlist) },
    {
      name: 'Ada.vcf',
      type: 'text/vcard',
      bytes: Buffer.from(
        `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada <b>Lovelace</b>\r\nORG:Analytical Engine;Programs\r\nEMAIL:ada@example.org\r\nTEL;TYPE=home:+44 20 1\r\nPHOTO:http://${host}/photo\r\nNOTE:<img src="http://${host}/note">\r\nPHOTO;ENCODING=b:${Buffer.from(smallPng(8, 8, [1, 2, 3])).toString('base64')}\r\nEND:VCARD\r\n`,
      ),
    },
    {
      name: 'Proofs.ics',
      type: 'text/calendar',
      bytes: Buffer.from(
        `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Proofs <img src=x>\r\nDTSTART;TZID=Europe/Berlin:20261120T140000\r\nLOCATION:Hafen 1\r\nATTACH:http://${host}/attach\r\nURL:http://${host}/url\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
      ),
    },
    { name: 'drawing.png', type: 'image/png', bytes: Buffer.from(svg) },
    { name: 'drawing.svg', type: 'image/svg+xml', bytes: Buffer.from(svg) },
    {
      name: 'bomb.png',
      type: 'image/png',
      bytes: smallPng(4, 4, [0, 0, 0], { width: 30_000, height: 30_000 }),
    },
    {
      name: 'page.html',
      type: 'text/html',
      bytes: Buffer.from(`<script>top.__xss=1</script><img src="http://${host}/html"><b>Seen as written</b>`),
    },
    {
      name: 'letter.eml',
      type: 'message/rfc822',
      bytes: Buffer.from(
        `From: a@example.org\r\nSubject: Inner\r\nContent-Type: text/html\r\n\r\n<p>Words inside</p><img src="data:image/png;base64,AAAA" alt="A broken picture"><img src="http://${host}/eml"><script>top.__xss=1</script>`,
      ),
    },
    { name: 'cut.png', type: 'image/png', bytes: smallPng(320, 200, [40, 110, 180]).subarray(0, -30) },
    { name: 'empty.txt', type: 'text/plain', bytes: Buffer.alloc(0) },
    { name: 'silent.wav', type: 'audio/wav', bytes: smallWav(2).subarray(0, 30) },
    { name: 'boats.json', type: 'application/json', bytes: Buffer.from('{"boats":\n  [1]}') },
    { name: 'setup.exe', type: 'application/x-msdownload', bytes: Buffer.from('MZ') },
  ];
}

function letter(host: string): string {
  const parts = files(host).map(({ name, type, bytes }) => {
    const plain = type === 'message/rfc822';
    return `--b\r\nContent-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: ${plain ? '7bit' : 'base64'}\r\n\r\n${plain ? bytes.toString() : (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`;
  });
  return `From: Ina <ina@example.org>\r\nTo: ann@example.org\r\nSubject: All sorts of files\r\nDate: Mon, 16 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere they are.\r\n${parts.join('')}--b--\r\n`;
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  display = await findDisplay();
  if (display === null) throw new Error('no display, and no Xvfb to make one');
  trap = createServer((socket) => {
    socket.once('data', (data) => {
      reached.push(data.toString('latin1').split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const file = join(folder, 'files.eml');
  writeFileSync(file, letter(`127.0.0.1:${(trap.address() as AddressInfo).port}`));
  window = await RealWindow.open({
    profile: join(folder, 'profile'),
    flags: [file],
    passphrase: 'only for tests',
    display: display.name,
    pages: await pagesFor(folder),
  });
  page = window.page;
  await page.getByRole('heading', { name: 'All sorts of files' }).first().waitFor();
}, 300_000);
afterAll(async () => {
  await window.kill();
  await display?.stop();
  trap.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const wait = { timeout: 60_000 };
const dialog = (): Locator => page.getByRole('dialog');
async function look(name: string): Promise<FrameLocator> {
  await page.getByRole('button', { name: new RegExp(`^${name}, .*, view$`) }).click();
  await dialog().waitFor(wait);
  return dialog().frameLocator('iframe');
}
async function close(): Promise<void> {
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached', ...wait });
}
async function nothingHappened(where: string): Promise<void> {
  expect({ where, reached }).toEqual({ where, reached: [] });
  const ran = await Promise.all(
    page
      .context()
      .pages()
      .flatMap((one) => one.frames())
      .map((frame) => frame.evaluate(() => '__xss' in globalThis).catch(() => false)),
  );
  expect(ran, `${where}: a script of a file ran`).not.toContain(true);
  for (const frame of await page.locator('iframe').all())
    expect(await frame.getAttribute('sandbox')).toBe('allow-same-origin');
}

describe('attachments in the window', { timeout: 120_000 }, () => {
  test('cards say in words what they are, show pictures small, and are saved by a button that is there', async () => {
    const cards = page.locator('.stage:not([inert]) .files-list .file');
    await expect.poll(() => cards.count()).toBe(files('').length);
    await cards.first().locator('canvas:not([hidden])').waitFor(wait);
    const words = await page.locator('.stage:not([inert]) .file-size').allTextContents();
    expect(words[0]).toMatch(/^Picture · /);
    expect(words[1]).toMatch(/^PDF document · /);
    expect(words.at(-1)).toMatch(/^Program · /);
    await page.mouse.move(0, 0);
    const visible = await page
      .locator('.file > .button')
      .evaluateAll((all) => all.filter((one) => one.checkVisibility({ opacityProperty: true })).length);
    expect(visible).toBe(files('').length);
    // A picture of a few bytes that says it has 900 million pixels, and a drawing that only calls itself a picture.
    for (const name of ['bomb', 'drawing'])
      expect(await cards.filter({ hasText: name }).first().locator('canvas:not([hidden])').count()).toBe(0);
    await page.locator('.stage:not([inert]) .files').scrollIntoViewIfNeeded();
    await settle(page);
    await page.screenshot({ path: `${pictures}/cards-light.png` });
    expect(await axeFaults(page, 'cards', false)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await settle(page);
    await page.screenshot({ path: `${pictures}/cards-dark.png` });
    await page.emulateMedia({ colorScheme: 'light' });
    await nothingHappened('cards');
  });

  test('a PDF file is drawn page by page and can be heard', async () => {
    const frame = await look('Report\\.pdf');
    await frame.getByRole('img', { name: 'Page 1 of 5: First page' }).waitFor(wait);
    expect(await frame.getByRole('img').count()).toBe(4);
    const drawn = await frame
      .getByRole('img')
      .first()
      .evaluate((image: HTMLImageElement) => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const context = canvas.getContext('2d');
        context?.drawImage(image, 0, 0);
        // In the red bar at the foot of the page.
        const at = context?.getImageData(canvas.width * 0.3, canvas.height * 0.75, 1, 1).data;
        return { width: image.naturalWidth, red: (at?.[0] ?? 0) - (at?.[1] ?? 0) };
      });
    expect(drawn.width).toBeGreaterThan(1000);
    expect(drawn.red).toBeGreaterThan(100);
    await page.screenshot({ path: `${pictures}/pdf-light.png` });
    await dialog().getByRole('button', { name: 'Show 1 more page' }).click();
    await frame.getByRole('img', { name: 'Page 5 of 5: Fifth page' }).waitFor(wait);
    await dialog().getByText('5 pages', { exact: true }).waitFor();
    await close();
  });

  test('nothing in a hostile file acts or asks for anything', async () => {
    const frame = await look('hostile\\.pdf');
    await frame.getByRole('img', { name: /Nothing of this acts/ }).waitFor(wait);
    expect(await frame.locator('a, input, script').count()).toBe(0);
    await nothingHappened('hostile.pdf');
    await close();
    for (const [name, words] of [
      ['broken\\.pdf', 'it is damaged, or no PDF file'],
      ['playlist\\.mp4', 'it is not what its name says'],
      ['drawing\\.png', 'it is not what its name says'],
      ['bomb\\.png', 'too large to be shown'],
      ['empty\\.txt', 'This attachment is empty.'],
      ['silent\\.wav', 'cannot be played here'],
    ] as const) {
      await look(name);
      await dialog().getByRole('alert').filter({ hasText: words }).waitFor(wait);
      await nothingHappened(name);
      await close();
    }
    expect(await page.getByRole('button', { name: /^drawing\.svg, .*, view$/ }).count()).toBe(0);
    for (const [name, words] of [
      ['page\\.html', '<b>Seen as written</b>'],
      ['letter\\.eml', 'Words inside'],
    ] as const) {
      const frame = await look(name);
      await frame.getByText(words).waitFor(wait);
      // In the place of Chromium's sign for a broken picture.
      if (name.startsWith('letter'))
        await frame.locator('.held-picture', { hasText: 'A broken picture' }).waitFor(wait);
      await nothingHappened(name);
      await close();
    }
  });

  test('a picture without its end says so, and what programs read stands in letters of one width', async () => {
    await look('cut\\.png');
    await dialog().getByText('The end of this picture is missing').waitFor(wait);
    await close();
    const line = (await look('boats\\.json')).locator('p').first();
    expect(await line.evaluate((one) => getComputedStyle(one).fontFamily)).toMatch(/monospace/);
    await close();
  });

  test('a sound is heard when asked for, a contact is a card', async () => {
    const sound = (await look('Call\\.wav')).locator('audio');
    await expect
      .poll(
        () => sound.evaluate((one: HTMLAudioElement) => [one.readyState > 0, one.paused, one.error]),
        wait,
      )
      .toEqual([true, true, null]);
    expect(await sound.evaluate((one: HTMLAudioElement) => one.duration)).toBeCloseTo(2, 1);
    await page.emulateMedia({ colorScheme: 'dark' });
    // The frame is drawn anew in other colours.
    await expect
      .poll(
        () =>
          dialog()
            .locator('iframe')
            .evaluate((one) => one.getBoundingClientRect().height),
        wait,
      )
      .toBeGreaterThan(30);
    await sound.waitFor(wait);
    await page.screenshot({ path: `${pictures}/sound-dark.png` });
    await page.emulateMedia({ colorScheme: 'light' });
    await close();
    const card = await look('Ada\\.vcf');
    await card.getByRole('heading', { name: 'Ada <b>Lovelace</b>' }).waitFor(wait);
    await card.getByText('Analytical Engine, Programs').waitFor();
    expect(
      await card.locator('img[src^="data:image/png"]').evaluate((one: HTMLImageElement) => one.naturalWidth),
    ).toBe(8);
    await page.screenshot({ path: `${pictures}/contact.png` });
    await nothingHappened('contact');
    await close();
    const entry = await look('Proofs\\.ics');
    await entry.getByRole('heading', { name: 'Proofs <img src=x>' }).waitFor(wait);
    await entry.getByText('Fri, 20 November 2026 at 14:00, clocks of Europe/Berlin').waitFor(wait);
    await page.screenshot({ path: `${pictures}/calendar.png` });
    await nothingHappened('calendar');
    await close();
  });

  test('a program says that it is one before it is saved', async () => {
    await page
      .getByRole('button', { name: /^setup\.exe, .*, save$/ })
      .first()
      .click();
    await dialog().getByRole('heading', { name: 'This is a program' }).waitFor(wait);
    await dialog().getByText('Posthorn never starts a program.').waitFor();
    expect(await axeFaults(page, 'program', false)).toEqual([]);
    await page.screenshot({ path: `${pictures}/program.png` });
    await dialog().getByRole('button', { name: 'Do not save' }).click();
    await dialog().waitFor({ state: 'detached', ...wait });
    expect(await page.locator('.toast').count()).toBe(0);
    await page.locator('.stage:not([inert])').getByRole('button', { name: 'Save all' }).click();
    await dialog().getByRole('heading', { name: 'This is a program' }).waitFor(wait);
    await close();
  });

  test('a card dragged out carries the file under its name', async () => {
    const card = page.locator('.stage:not([inert]) .files-list .file').first();
    await card.hover();
    const dragged = async (): Promise<string> =>
      await card.evaluate((element) => {
        const data = new DataTransfer();
        const event = new DragEvent('dragstart', { dataTransfer: data, cancelable: true, bubbles: true });
        element.dispatchEvent(event);
        return event.defaultPrevented ? '' : data.getData('DownloadURL');
      });
    await expect.poll(dragged, wait).toMatch(/^application\/octet-stream:Harbour\.png:blob:/);
    const address = (await dragged()).split(':').slice(2).join(':');
    // What the address leads to is the file: the same picture.
    const width = await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      return image.naturalWidth;
    }, address);
    expect(width).toBe(320);
  });

  test('narrow', async () => {
    await page.setViewportSize({ width: 640, height: 900 });
    await page.locator('.stage:not([inert]) .files').scrollIntoViewIfNeeded();
    await settle(page);
    await page.screenshot({ path: `${pictures}/cards-narrow.png` });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    const frame = await look('Report\\.pdf');
    await frame.getByRole('img').first().waitFor(wait);
    await page.screenshot({ path: `${pictures}/pdf-narrow.png` });
    await close();
    await nothingHappened('all of it');
  });

  test('no page wrote an error', () => {
    expect(window.problems).toEqual([]);
  });
});
