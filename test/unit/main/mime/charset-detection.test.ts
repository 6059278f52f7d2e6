import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';

const thai = ['ขอเชิญประชุมประจำเดือน', 'สวัสดีครับ ขอแจ้งให้ทราบว่าการประชุมจะมีขึ้นในวันพุธ ที่ห้องประชุมใหญ่ ขอบคุณครับ'];
const russian = [
  'Приглашение на встречу',
  'Здравствуйте, приглашаю вас на встречу, которая состоится в среду.',
];
const polish = [
  'Faktura za wrzesień',
  'Dzień dobry, w załączeniu przesyłam fakturę za usługi. Małgorzata Śliwińska',
];
const turkish = [
  'Toplantı çağrısı: şirket',
  'Merhaba, yarınki toplantıya katılıp katılamayacağınızı öğrenmek istiyorum.',
];
const texts: [charset: string, words: string[]][] = [
  ['windows-874', thai],
  ['windows-1250', polish],
  ['windows-1254', turkish],
  ['windows-1251', russian],
  ['koi8-r', russian],
  ['iso-8859-5', russian],
  [
    'koi8-u',
    ['Запрошення на зустріч', 'Добрий день, запрошую вас на зустріч, яка відбудеться в середу. Євген'],
  ],
  ['windows-1255', ['הזמנה לפגישה ביום רביעי', 'שלום רב, ברצוני להזמין אותך לפגישה ביום רביעי בבוקר. בברכה']],
  [
    'iso-8859-7',
    ['Πρόσκληση σε συνάντηση', 'Καλημέρα σας, θα ήθελα να σας προσκαλέσω σε συνάντηση την Τετάρτη.'],
  ],
  ['windows-1256', ['دعوة إلى اجتماع', 'السلام عليكم، أود دعوتكم إلى اجتماع يوم الأربعاء صباحا. مع التحية']],
  [
    'big5',
    ['會議通知：請準時出席', '各位同仁您好，本週三下午兩點將召開例行會議，請準時出席，謝謝大家的合作。'],
  ],
  [
    'gb18030',
    ['会议通知：请准时参加', '各位同事大家好，本周三下午两点将召开例会，请准时参加，谢谢大家的合作。'],
  ],
  [
    'euc-kr',
    ['회의 안내드립니다', '안녕하세요, 다음 주 수요일 오후에 정기 회의가 있을 예정입니다. 감사합니다.'],
  ],
  ['shift_jis', ['会議のお知らせ', 'お世話になっております。来週の水曜日に定例会議を行います。']],
  ['euc-jp', ['会議のお知らせ', 'お世話になっております。来週の水曜日に定例会議を行います。']],
  [
    'windows-1252',
    ['Réunion à 9 €', 'Bonjour, la réunion d’équipe aura lieu à l’étage. Très cordialement, Hélène'],
  ],
];
/** Each with what the words are in, without a word in ASCII letters telling. */
const mail = (charset: string, [subject = '', text = '']: string[], type: string, body = text): Buffer =>
  Buffer.concat([
    Buffer.from('From: a@example.org\r\nSubject: '),
    iconv.encode(subject, charset),
    Buffer.from(`\r\n${type}\r\n`),
    iconv.encode(body, charset),
    Buffer.from('\r\n'),
  ]);
const read = (bytes: Buffer): [string, string] => {
  const { subject, text } = readMail(bytes);
  return [subject, text.trim()];
};

describe('what says nothing of its characters, or that they are ASCII or UTF-8', () => {
  test.each(texts)('%s', (charset, words) => {
    for (const type of [
      '',
      'Content-Type: text/plain; charset=us-ascii\r\n',
      'Content-Type: text/plain; charset=utf-8\r\n',
    ])
      expect(read(mail(charset, words, type))).toEqual(words);
  });
});

describe('another script under the label of Latin-1', () => {
  const label = 'Content-Type: text/plain; charset=iso-8859-1\r\n';
  const scripts = texts.filter(([charset]) => !/125[024]|big5/.test(charset));
  test.each(scripts)('%s', (charset, words) => {
    expect(read(mail(charset, words, label))).toEqual(words);
  });
  test('western words stay, in capitals too', () => {
    for (const text of [
      'ÀÉÈÊ ÄÖÜÄ ÇÀÉÈ',
      'ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ',
      'ÄäÖöÜüÄäÖöÜüÄäÖöÜüÄäÖöÜüÄäÖöÜü',
      'Blåbærsyltetøy på onsdag',
      '«Où ça?» «À l’île.»'.replaceAll('’', "'"),
    ])
      expect(read(mail('windows-1252', ['x', text], label))).toEqual(['x', text]);
  });
});

test.each(texts)(
  'a header that nobody encoded is in the %s of the first text, wherever that is',
  (charset, words) => {
    const [subject = '', text = ''] = words;
    const parts = `--q\r\nContent-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n${iconv.encode(text, charset).toString('base64')}\r\n--q\r\nContent-Type: application/x-y; name="`;
    const name = (subject.split(/[ :]/)[0] ?? '') + '.doc';
    const bytes = Buffer.concat([
      mail(charset, words, 'Content-Type: multipart/mixed; boundary=q\r\n', ''),
      Buffer.from(parts),
      iconv.encode(name, charset),
      Buffer.from('"\r\n\r\nx\r\n--q--\r\n'),
    ]);
    expect(read(bytes)).toEqual(words);
    expect(readMail(bytes).attachments[0]?.filename).toBe(name.normalize('NFC'));
  },
);

describe('text in two and four bytes', () => {
  const words = 'Grüße aus München, 日本 €';
  const withLabel = (label: string, bytes: Buffer): string =>
    read(
      Buffer.from(
        `From: a@example.org\r\nContent-Type: text/plain${label === '' ? '' : `; charset=${label}`}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n`,
      ),
    )[1];
  test.each([
    ['', 'utf-16le'],
    ['', 'utf-16be'],
    ['utf-8', 'utf-16le'],
    ['unicode', 'utf-16le'],
    ['ucs-2', 'utf-16be'],
    ['iso-10646-ucs-2', 'utf-16be'],
    ['utf-16', 'utf-8'],
  ])('under the label “%s”: %s', (label, charset) => {
    expect(withLabel(label, iconv.encode(words, charset))).toBe(words);
  });
  test.each(['utf-32be', 'utf-32le'])('with the mark of %s', (charset) => {
    expect(withLabel('', iconv.encode(`\ufeff${words}`, charset))).toBe(words);
  });
  test('halves of characters in UTF-8, as Java writes them', () => {
    expect(withLabel('utf-8', Buffer.from('4f6b20eda0bdedb880', 'hex'))).toBe('Ok 😀');
  });
});

describe('whole mails', () => {
  const lines = [
    'From: a@example.org',
    'Subject: Grüße 日本',
    'Content-Type: multipart/mixed; boundary=q',
    '',
    '--q',
    '',
    'Größe',
    '--q',
    'Content-Type: application/x-y; name=a',
    '',
    'x',
    '--q--',
    '',
  ];
  const source = lines.join('\r\n');
  test.each([
    ['UTF-16 with its mark', iconv.encode(`\ufeff${source}`, 'utf-16le')],
    ['UTF-16, the other way round', iconv.encode(`\ufeff${source}`, 'utf-16be')],
    ['UTF-16 without a mark', iconv.encode(source, 'utf-16le')],
    ['lines that end in LF CR', Buffer.from(lines.join('\n\r'))],
    ['lines that end in CR', Buffer.from(lines.join('\r'))],
    ['empty lines before the header', Buffer.from(`\r\n\r\n${source}`)],
    [
      'an empty line and the line of an mbox before the header',
      Buffer.from(`\nFrom a@example.org  Wed Jul  1 13:17:17 1998\n${source}`),
    ],
    ['lines of blanks before the header', Buffer.from(`\n${' '.repeat(300)}\n \t\n${source}`)],
  ])('%s', (_name, bytes) => {
    const found = readMail(bytes);
    expect([found.subject, found.text.trim(), found.attachments.length]).toEqual(['Grüße 日本', 'Größe', 1]);
    expect(found.from[0]?.address).toBe('a@example.org');
  });
  test('empty lines before what is no header stay text', () => {
    expect(read(Buffer.from('\r\n\r\nDear Ann: hello\r\n'))).toEqual(['', 'Dear Ann: hello']);
  });
});

describe('base64 and words', () => {
  const text = 'The quick brown fox, übergroß and zottelig, jumps over.\n';
  const encoded = (words: string): string =>
    Buffer.from(words).toString('base64').replace(/.{76}/g, '$&\r\n');
  const body = (lines: string): string =>
    read(
      Buffer.from(
        `From: a@example.org\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n`,
      ),
    )[1];
  const footers = [
    '-- \r\nTo unsubscribe send a mail',
    '_____________\r\nFoo mailing list\r\nfoo@lists.example.org',
    'You received this message because you are subscribed',
  ];
  test.each(footers)('a footer behind it: %j', (footer) => {
    for (const more of ['', 'x', 'xy'])
      expect(body(`${encoded(text + more)}\r\n${footer}`)).toBe((text + more).trim());
    expect(body(`${encoded(text).replace(/=+$/, '')}\r\n\r\n${footer}`)).toBe(text.trim());
  });
  test('blanks, quoting and foreign characters in all lines are left out', () => {
    for (const odd of [
      encoded(text).replace(/(....)/g, '$1 '),
      encoded(text).replace(/^/gm, '> '),
      encoded(text).replace(/\r\n/g, '!\r\n '),
    ])
      expect(body(odd)).toBe(text.trim());
  });
  test('words that nobody encoded', () => {
    expect(body('Hi Bob,\r\n\r\nthis is plain text after all.')).toBe(
      'Hi Bob,\n\nthis is plain text after all.',
    );
  });
});

const latinWords: [charset: string, words: string][] = [
  ['iso-8859-2', 'Dzień dobry, w załączeniu przesyłam fakturę za usługi.'],
  ['windows-1250', 'Dzień dobry, w załączeniu przesyłam fakturę za usługi, że ją mam.'],
  ['iso-8859-2', 'Dobrý den, posílám Vám fakturu za příští měsíc. Těšíme se.'],
  ['windows-1250', 'Tisztelt Uram! Köszönöm a választ, a győri iroda nyitva van, van fűtés.'],
  ['iso-8859-2', 'Vă trimit informaţii despre întâlnirea de mâine. Aceşti oameni şi ţara lor.'],
  ['iso-8859-2', 'Šaljem Vam račun za usluge, možemo. Srdačan pozdrav, Željko Šarić, koješta'],
  ['windows-1250', 'Pozdravljeni, pošiljam vam račun. Žiga Čeč, že, še, če, možno'],
  ['windows-1254', 'Yarınki toplantıya katılıp öğrenmek istiyorum. Teşekkürler, iş'],
  ['windows-1257', 'Siunčiame jums sąskaitą už paslaugas. Prašome gauti šį laišką. Ačiū.'],
];
describe('eastern Latin letters', () => {
  test.each(latinWords)('in %s, under the label of Latin-1 or none: %s', (charset, words) => {
    for (const type of ['', 'Content-Type: text/plain; charset=iso-8859-1\r\n'])
      expect(read(mail(charset, ['x', words], type))).toEqual(['x', words]);
  });
  test.each([
    'Þú ert velkominn á fundinn, Ævar Þór Örn. Það er gott að sjá þig hér í dag',
    'Góðan dag, eg sendi tykkum hetta brævið. Føroyar, næstu viku, maður',
    'Palun kinnitage õhtusöögi aeg. Jüri Õunapuu, võib-olla, täna',
    'Não há informações sobre a reunião. À tarde, São Paulo, você',
    'Perché non è più così? La città è lì, però può. Università, giù',
    'Die Fläche ist 30 m², ±5°, 1³ und ¼ Liter, µm-Bereich',
    'I don¹t think they¹re here, it¹s late. ³Hello² he said, c¹est très loin de l¹école',
    'H¹ and x³y z³ m³s CO²',
  ])('of the west stay: %s', (words) => {
    expect(
      read(mail('windows-1252', ['x', words], 'Content-Type: text/plain; charset=iso-8859-1\r\n')),
    ).toEqual(['x', words]);
  });
  test('stay where another script is quoted', () => {
    const quoted = '会议通知：请准时参加，各位同事大家好，本周三下午两点将召开例会';
    const own =
      'Vinsamlegast lestu yfir skilaboð, ef þú telur það samræmast markmiðum, línu í meginmáli bréfsins';
    const bytes = Buffer.concat([
      iconv.encode(`${own} ${own}\r\n> `, 'windows-1252'),
      iconv.encode(quoted, 'gb18030'),
    ]);
    const head = 'From: a@example.org\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n';
    expect(readMail(Buffer.concat([Buffer.from(head), bytes])).text).toContain(own);
  });
});

test('UTF-8 that was cut inside of a character is UTF-8, also where nobody says it', () => {
  const cut = Buffer.from('Приглашение на встречу').subarray(0, -1);
  const shown = 'Приглашение на встреч\ufffd';
  const bytes = Buffer.concat([
    Buffer.from('From: "'),
    cut,
    Buffer.from('" <a@example.org>\r\nSubject: '),
    cut,
    Buffer.from('\r\nContent-Type: image/png; name="'),
    cut,
    Buffer.from('"\r\n\r\nx'),
  ]);
  const { from, subject, attachments } = readMail(bytes);
  expect([from[0]?.name, subject]).toEqual([shown, shown]);
  expect(attachments[0]?.filename).toMatch(/^Приглашение на встреч/);
  for (const label of ['', '; charset=iso-8859-1'])
    expect(
      readMail(Buffer.concat([Buffer.from(`From: a@b.org\r\nContent-Type: text/plain${label}\r\n\r\n`), cut]))
        .text,
    ).toBe(shown);
});

test.each([
  ['iso-gb2312', 'gb18030', '各位同事大家好'],
  ['x-koi8-r', 'koi8-r', 'Здравствуйте'],
  ['1251', 'windows-1251', 'Здравствуйте'],
  ['x-ms-cp932', 'shift_jis', '会議のお知らせ'],
  ['8859-2', 'iso-8859-2', 'Zażółć'],
  ['iso-8859-15-windows', 'iso-8859-15', 'Größe 5 €'],
])('the name “%s” that nobody registered is %s', (label, charset, words) => {
  expect(read(mail(charset, ['x', words], `Content-Type: text/plain; charset=${label}\r\n`))[1]).toBe(words);
});

test('letters of Latin-1 beside a footer in UTF-8 are not lost', () => {
  const head = Buffer.from('From: a@example.org\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n');
  const words = iconv.encode('Höre, größe', 'windows-1252');
  const footer = Buffer.from(
    '\r\n-- \r\nGrüße für Öffentlichkeit, Übung, Äpfel, Töne, Möwen, Füße, Käse, Tür',
  );
  expect(readMail(Buffer.concat([head, words, footer])).text).toContain('Höre, größe');
});

test('a word under a header that nobody encoded is in its characters', () => {
  expect(read(mail('koi8-r', ['Приглашение на встречу', 'тест'], ''))).toEqual([
    'Приглашение на встречу',
    'тест',
  ]);
  expect(read(mail('windows-1252', ['Grüße aus Köln', 'Größe'], ''))).toEqual(['Grüße aus Köln', 'Größe']);
});

test.each([
  'I don\u00bft think it\u00bfs right, we\u00bfre waiting.',
  'Bonjour, l\u00bfhomme qu\u00bfil a vu est d\u00e9j\u00e0 l\u00e0, c\u00bfest s\u00fbr',
  'Hola\u00bfcomo estas? Bien\u00bfy t\u00fa? Ma\u00f1ana hablamos',
])('a question mark turned over in the midst of a word is no letter: %s', (words) => {
  const mail = readMail(
    Buffer.from(`From: a@x.test\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n${words}`, 'latin1'),
  );
  expect(mail.text.trim()).toBe(words);
});
