import { expect, test } from 'vitest';
import { diskFilename, fileExtension, safeFilename } from '../../../../src-shared/text/safe-filename.ts';

test.each([
  ['report.pdf', 'report.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\windows\\system32\\x.dll', 'x.dll'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['a\u0000b\r\nc.txt', 'abc.txt'],
  ['photo.jpg          .exe', 'photo.jpg.exe'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['.bashrc', 'bashrc'],
  ['.eml', 'attachment.eml'],
  ['/tmp/.pdf', 'attachment.pdf'],
  ['-rf', 'rf'],
  ['name. . ', 'name'],
  ['a:b<c>.txt', 'a_b_c_.txt'],
  ['\u202e\u200b', 'attachment'],
  ['..', 'attachment'],
  ['', 'attachment'],
  ['\u65e5\u672c.pdf', '\u65e5\u672c.pdf'],
  ['x\u2024exe', 'x_exe'],
])('%j is saved as %j', (raw, expected) => {
  expect(safeFilename(raw)).toBe(expected);
});

test('a long name keeps its extension', () => {
  const name = safeFilename(`${'x'.repeat(400)}.tar.exe`);
  expect(name.endsWith('\u2026.exe')).toBe(true);
  expect(name.length).toBeLessThanOrEqual(150);
  expect(fileExtension(name)).toBe('exe');
});

test.each(['\u6d77', '\u0436', '\u{1f4ce}'])(
  'a long name of %s is one that a file system takes',
  (letter) => {
    const raw = `${letter.repeat(140)}.tar.pdf`;
    expect(safeFilename(raw)).toBe(raw);
    const name = diskFilename(raw);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name.endsWith('\u2026.pdf')).toBe(true);
    expect(Array.from(name).length).toBeGreaterThan(45);
  },
);

test('a name that is short enough is left alone', () => {
  expect(diskFilename('report.pdf')).toBe('report.pdf');
  expect(diskFilename('..', 'message')).toBe('message');
});
