import { expect, test } from 'vitest';
import { isEmptyHtml } from '../../../../src-renderer/features/message-view/message-pieces.ts';

test.each([
  ['<div><br></div>', '', true],
  ['<p>Words</p>', 'Words', false],
  ['<img data-cid="a">', '', false],
  ['<div style="background-image: url(data:image/png;base64,AA)"></div>', '', false],
  ['<table bgcolor="red"><tr><td></td></tr></table>', '', false],
])('%s shows nothing: words %j, %s', (html, text, empty) => {
  expect(isEmptyHtml({ caption: null, text, html })).toBe(empty);
});
