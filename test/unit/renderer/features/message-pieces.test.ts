import { expect, test } from 'vitest';
import type { FullMessage } from '../../../../src-shared/ipc/areas/mail.ts';
import { isEmptyHtml, listedFiles } from '../../../../src-renderer/features/message-view/message-pieces.ts';

test.each([
  ['<div><br></div>', '', true],
  ['<p>Words</p>', 'Words', false],
  ['<img data-cid="a">', '', false],
  ['<div style="background-image: url(data:image/png;base64,AA)"></div>', '', false],
  ['<table bgcolor="red"><tr><td></td></tr></table>', '', false],
  // A comment that is never closed swallows the rest in a browser; the plain text of it does not.
  ['<div class="mail-body"><font size="3"> &nbsp;<b></b>\u200b</font></div>', 'Terrific!!', true],
  ['<style>.a > .b { color: red }</style><div class="mail-body">\n</div>', 'Words', true],
  ['<div class="mail-body">&nbsp;&amp;</div>', 'Words', false],
  ['<div class="mail-body"> &nbsp; W</div>', 'Words', false],
  ['Words', 'Words', false],
])('%s shows nothing: words %j, %s', (html, text, empty) => {
  expect(isEmptyHtml({ caption: null, text, html })).toBe(empty);
});

test('files that the text shows in their place are not listed, by whatever name it knows them', () => {
  const message = {
    html: '<img data-cid="a&amp;b@x"><img data-cid="part:3"><p data-cid-background="c@x">x</p>part:5<img data-cid="d@x"><img data-cid="e@x"><img data-cid="f@x">',
    protection: [],
    attachments: [
      { partId: '2', contentId: 'a&b@x', contentType: 'image/png' },
      { partId: '3', contentId: null, contentType: 'application/octet-stream', filename: 'Logo.PNG' },
      { partId: '4', contentId: 'c@x', contentType: 'image/jpeg' },
      { partId: '5', contentId: null, contentType: 'image/png' },
      // What no frame draws would be nowhere.
      { partId: '6', contentId: 'd@x', contentType: 'image/svg+xml' },
      { partId: '7', contentId: 'e@x', contentType: 'image/tiff' },
      { partId: '8', contentId: 'f@x', contentType: 'application/octet-stream', filename: 'Invoice.pdf' },
      // Its name is another's, which is drawn there.
      { partId: '9', contentId: 'c@x', contentType: 'image/jpeg' },
    ],
  } as unknown as FullMessage;
  expect(listedFiles(message).map(({ partId }) => partId)).toEqual(['5', '6', '7', '8', '9']);
});

test.each([
  ['once as a part and once as a file is listed as the file', 'application/ics', 615, ['3']],
  ['that is all there is stays', 'image/png', 634, ['2', '3']],
  ['beside the file of another event stays', 'text/calendar', 5_000, ['2', '3']],
])('an invitation %s', (_what, contentType, size, listed) => {
  const message = {
    html: '',
    protection: [],
    invitation: { partId: '2' },
    attachments: [
      { partId: '2', contentId: null, contentType: 'text/calendar', size: 634 },
      { partId: '3', contentId: null, contentType, size },
    ],
  } as unknown as FullMessage;
  expect(listedFiles(message).map(({ partId }) => partId)).toEqual(listed);
});
