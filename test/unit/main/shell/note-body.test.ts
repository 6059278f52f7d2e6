import { expect, test } from 'vitest';
import { noteBody } from '../../../../src-main/shell/electron/note-body.ts';

test('a subject is words in a notification: no link and no picture for the desktop to ask for', () => {
  const subject = 'Tom & Jerry <img src="http://leak.test/x"><a href="http://leak.test/">1 &lt; 2</a>';
  expect(noteBody(subject, 'linux')).toBe(
    'Tom &amp; Jerry &lt;img src="http://leak.test/x"&gt;&lt;a href="http://leak.test/"&gt;1 &amp;lt; 2&lt;/a&gt;',
  );
  expect(noteBody(subject, 'win32')).toBe(subject);
  expect(noteBody(subject, 'darwin')).toBe(subject);
});
