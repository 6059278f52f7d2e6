import { describe, expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';

interface Picture {
  headers: string[];
  type?: string;
}

/** A letter of HTML with pictures; what the HTML writes → the picture's name, and which are listed. */
function shown(
  html: string,
  pictures: readonly Picture[],
  headers: { mail?: string[]; html?: string[] } = {},
): { shown: Record<string, string>; embedded: boolean[]; hasAttachments: boolean } {
  const lines = [
    'From: ann@example.test',
    'Subject: A page',
    ...(headers.mail ?? []),
    'Content-Type: multipart/related; boundary=sep; type="text/html"',
    '',
    '--sep',
    'Content-Type: text/html',
    ...(headers.html ?? []),
    '',
    html,
    ...pictures.flatMap(({ headers: own, type }) => [
      '--sep',
      `Content-Type: ${type ?? 'image/gif'}`,
      ...own,
      '',
      'GIF89a',
    ]),
    '--sep--',
  ];
  const { shownPictures, attachments, hasAttachments } = readMail(Buffer.from(lines.join('\r\n'), 'latin1'));
  return { shown: shownPictures, embedded: attachments.map(({ embedded }) => embedded), hasAttachments };
}

describe('a picture is found by the address that it comes with', () => {
  test.each<[string, string, string[], { mail?: string[]; html?: string[] }]>([
    ['whole', 'https://a.example/i/p.gif', ['Content-Location: https://a.example/i/p.gif'], {}],
    ['beside its page', 'i/p.gif', ['Content-Location: i/p.gif'], {}],
    [
      'relative to the page',
      'i/p.gif',
      ['Content-Location: https://a.example/n/i/p.gif'],
      { html: ['Content-Location: https://a.example/n/page.html'] },
    ],
    [
      'relative to the base of the page',
      '../p.gif',
      ['Content-Location: https://a.example/p.gif'],
      { html: ['Content-Base: "https://a.example/n/"', 'Content-Location: https://b.example/x'] },
    ],
    [
      'relative to the base of the mail',
      'https://a.example/n/p.gif',
      ['Content-Location: p.gif'],
      { mail: ['Content-Base: https://a.example/n/'] },
    ],
    ['folded', 'https://a.example/a/b.gif', ['Content-Location: https://a.example/a/', '\tb.gif'], {}],
    ['of a disk', 'file:///C:/x/p.gif', ['Content-Location: file:///C:/x/p.gif'], {}],
    [
      'relative to a page that lies elsewhere',
      'p.gif',
      ['Content-Location: p.gif'],
      { html: ['Content-Location: https://a.example/n/page.html'] },
    ],
  ])('%s', (_how, written, headers, others) => {
    expect(shown(`<img src="${written}">`, [{ headers }], others)).toEqual({
      shown: { [written]: 'part:2' },
      embedded: [true],
      hasAttachments: false,
    });
  });

  test('in any quotes, with the marks of HTML, behind the base that the HTML names, in styles and behind words', () => {
    const at = (name: string): Picture => ({ headers: [`Content-Location: https://a.example/n/${name}`] });
    const html = `<base target=x href='https://a.example/n/'><body background=bg.gif><img
      SRC = 'a.gif?x=1&amp;y=2'><td style="background: url(td.gif)">`;
    expect(shown(html, [at('bg.gif'), at('a.gif?x=1&y=2'), at('td.gif')])).toEqual({
      shown: { 'bg.gif': 'part:2', 'a.gif?x=1&y=2': 'part:3', 'td.gif': 'part:4' },
      embedded: [true, true, true],
      hasAttachments: false,
    });
  });

  test('by its Content-ID where it has both, and never one of another address', () => {
    const both = { headers: ['Content-ID: <p@x>', 'Content-Location: https://a.example/p.gif'] };
    expect(shown('<img src="https://a.example/p.gif">', [both]).shown).toEqual({
      'https://a.example/p.gif': 'p@x',
    });
    expect(shown('<img src="https://b.example/p.gif">', [both])).toEqual({
      shown: {},
      embedded: [false],
      hasAttachments: true,
    });
  });
});

describe('a picture is found by its Content-ID', () => {
  test.each([
    ['CID:logo@x', 'Content-ID: <logo@x>'],
    ['cid:logo%40x', 'Content-ID: <logo@x>'],
    ['cid:logo@x', 'Content-ID: <logo%40x>'],
    ['cid:&lt;logo@x&gt;', 'Content-ID: <logo@x>'],
    ['cid:%3Clogo@x%3E', 'Content-ID: <logo@x>'],
    ['cid:Logo@X', 'Content-ID: logo@x'],
    ['logo@x', 'Content-ID: <logo@x>'],
    ['cid:logo@x', 'Content-ID:\r\n <logo@x>'],
  ])('%s of %s', (written, header) => {
    const found = shown(`<img src="${written}">`, [{ headers: [header] }]);
    expect(Object.values(found.shown)).toEqual([/%40/.test(header) ? 'logo%40x' : 'logo@x']);
    expect(found.embedded).toEqual([true]);
  });

  test('or by its name where it has none', () => {
    expect(shown('<img src="cid:p.gif">', [{ headers: [], type: 'image/gif; name=p.gif' }]).shown).toEqual({
      'cid:p.gif': 'part:2',
    });
  });
});

test('two thousand pictures and a long page are read once', () => {
  const many = Array.from({ length: 1_500 }, (_, at) => ({
    headers: [`Content-Location: https://a.example/${at}.gif`],
  }));
  const html = many.map((_, at) => `<img src="https://a.example/${at}.gif">`).join('');
  const began = performance.now();
  expect(Object.keys(shown(`${html}${'<img src="'.repeat(100_000)}`, many).shown).length).toBeGreaterThan(
    900,
  );
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('bases and addresses do not multiply', () => {
  const page = (at: number): string[] => [
    '--sep',
    'Content-Type: text/html',
    `Content-Base: https://${at}.example/${'a'.repeat(1_900)}/`,
    '',
    Array.from({ length: 200 }, (_, of) => `<img src=${at}-${of}>`).join(''),
  ];
  const parts = [
    ...Array.from({ length: 500 }, (_, at) => page(at)).flat(),
    // Behind an address without end each other one would be as long.
    ...[
      '--sep',
      'Content-Type: multipart/related; boundary=in',
      `Content-Base: https://b/${'a'.repeat(60_000)}/`,
      '',
    ],
    ...Array.from({ length: 800 }, (_, at) => [
      '--in',
      'Content-Type: image/gif',
      `Content-Location: ${at}`,
      '',
      'GIF89a',
    ]),
  ].flat();
  const mail = ['Content-Type: multipart/mixed; boundary=sep', '', ...parts].join('\r\n');
  const began = performance.now();
  expect(readMail(Buffer.from(mail, 'latin1')).attachments).toHaveLength(800);
  expect(performance.now() - began).toBeLessThan(5_000);
});
