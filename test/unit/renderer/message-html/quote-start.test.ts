import { describe, expect, test } from 'vitest';
import { quoteStart } from '../../../../src-renderer/message-html/quote-start.ts';
import { textLines, textToHtml } from '../../../../src-renderer/message-html/text-to-html.ts';

/** The line at which the fold begins; null: all is shown. */
function foldAt(text: string): string | null {
  const lines = textLines(text);
  const at = quoteStart(lines);
  return at === null ? null : (lines[at]?.text ?? null);
}

describe('quoted text', () => {
  test.each([
    ['quoted lines', 'Yes.\n\n> May I?\n> Ann', '> May I?'],
    [
      'with what was written above',
      'Yes.\n\nOn Mon, 3 Apr 2023 at 10:11, Ann <ann@x> wrote:\n\n> May I?',
      'On Mon, 3 Apr 2023 at 10:11, Ann <ann@x> wrote:',
    ],
    [
      'in a language that is not known here',
      'ใช่\n\nBob <bob@x.example> 15/11/2026, 18:22 pisis:\n\n> May I?\n> Bob',
      'Bob <bob@x.example> 15/11/2026, 18:22 pisis:',
    ],
    [
      'in Arabic, with its own figures',
      'نعم\n\nفي ١٩ نوفمبر ٢٠٢٦، كتب Ann <ann@x.example>:\n> متى؟\n> Ann',
      'في ١٩ نوفمبر ٢٠٢٦، كتب Ann <ann@x.example>:',
    ],
    [
      'Chinese',
      '好。\n\nBob <bob@x.example> 于2026年11月15日周日 18:22写道：\n> 可以吗？\n> Bob',
      'Bob <bob@x.example> 于2026年11月15日周日 18:22写道：',
    ],
    [
      'above the footer of a mailing list',
      `Yes.\n\n> May I?\n> Ann\n\n${'_'.repeat(47)}\nHarbour mailing list\nhttps://lists.example/harbour`,
      '> May I?',
    ],
    [
      "Outlook's block in Japanese",
      'はい。\n\n差出人: Ann <ann@x>\n送信日時: 2026年11月15日\n宛先: Bob\n件名: 冬\n\nMay I?',
      '差出人: Ann <ann@x>',
    ],
    [
      "Outlook's block in Korean",
      '네.\n\n보낸 사람: Ann\n보낸 날짜: 2026\n받는 사람: Bob\n제목: 겨울\n\nMay I?',
      '보낸 사람: Ann',
    ],
    [
      "Outlook's block in Turkish",
      'Evet.\n\nKimden: Ann\nGönderildi: Pazar\nKime: Bob\nKonu: Kış\n\nMay I?',
      'Kimden: Ann',
    ],
    [
      'in two lines',
      'Yes.\n\nOn Monday, 3 April 2023, Ann of the harbour\n<ann@harbour.example> wrote:\n> May I?',
      'On Monday, 3 April 2023, Ann of the harbour',
    ],
    [
      'German',
      'Ja.\n\nAm 03.04.2023 um 10:11 schrieb Ann:\n> Darf ich?',
      'Am 03.04.2023 um 10:11 schrieb Ann:',
    ],
    [
      'French',
      'Oui.\n\nLe lun. 3 avr. 2023 à 10:11, Ann <ann@x> a écrit :\n> Puis-je ?',
      'Le lun. 3 avr. 2023 à 10:11, Ann <ann@x> a écrit :',
    ],
    [
      'Japanese',
      'はい。\n\n2023年4月3日(月) 10:11 Ann <ann@x>:\n> いいですか',
      '2023年4月3日(月) 10:11 Ann <ann@x>:',
    ],
    [
      'unmarked below the attribution',
      'Yes.\n\nOn 3 Apr 2023, Ann wrote:\nMay I?',
      'On 3 Apr 2023, Ann wrote:',
    ],
    [
      'Outlook',
      'Yes.\n\n________________________________\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: May I\n\nMay I?',
      '________________________________',
    ],
    [
      'Outlook in German',
      'Ja.\n\nVon: Ann\nGesendet: Montag\nAn: Bob\nBetreff: Darf ich\n\nDarf ich?',
      'Von: Ann',
    ],
    [
      'original message',
      'Yes.\n\n-----Original Message-----\nFrom: Ann\n\nMay I?',
      '-----Original Message-----',
    ],
    ...[
      'pe 20. lokakuuta 2017 klo 17.50 Ann (<ann@x>) kirjoitti:',
      'tir. 18. apr. 2017 kl. 13:09 skrev Ann <ann@x>:',
      'ср, 30 апр. 2025 г. в 15:19, Ann <ann@x>:',
      '29 грудня 2017 р. о 19:09 Ann <ann@x> написала:',
      '29 грудня 2017 р. о 19:09 Ann <ann@x> написав:',
      'In data 11 ottobre 2017 21:11:31 "Ann" <ann@x> ha scritto:',
      '11:00 AM, November 17, 2021, "Ann" <ann@x>:',
      'On Wed, 14 Nov 2018 08:14:43 -0200 Ann <ann@x> wrote',
    ].map((line) => [line, `Yes.\n\n${line}\n\nMay I?`, line]),
    [
      'an attribution that was broken in front of its bracket',
      'Ja.\n\ntir. 18. apr. 2017 kl. 13:09 skrev Ann <ann@x\n>:\n\n> Må jeg?',
      'tir. 18. apr. 2017 kl. 13:09 skrev Ann <ann@x',
    ],
    ...[
      ['发件人: Ann', '发送时间: 2017年8月2日', '收件人: Bob', '主题: May I'],
      ['差出人: Ann', '送信日時: 2017年8月2日', '宛先: Bob', '件名: May I'],
      ['보낸 사람: Ann', '보낸 날짜: 2017', '받는 사람: Bob', '제목: May I'],
      ['Fra: Ann', 'Sendt: mandag', 'Til: Bob', 'Emne: May I'],
      ['Feladó: Ann', 'Küldve: 2017', 'Címzett: Bob', 'Tárgy: May I'],
      ['Kimden: Ann', 'Gönderilen: 2017', 'Kime: Bob', 'Konu: May I'],
    ].map((block) => [block[0] ?? '', `Yes.\n\n${block.join('\n')}\n\nMay I?`, block[0] ?? '']),
    [
      'the mark of another language',
      'Ja.\n\n-------- Oprindelig besked --------\nMå jeg?',
      '-------- Oprindelig besked --------',
    ],
    ['with a signature below', 'Yes.\n\n> May I?\n\n-- \nBob', '> May I?'],
    ['with what a telephone adds', 'Yes.\n\n> May I?\n\nSent from my iPhone', '> May I?'],
  ])('%s is folded', (_name, text, start) => {
    expect(foldAt(text)).toBe(start);
  });

  test.each([
    ['nothing else is there', '> May I?\n> Ann'],
    [
      'nothing is quoted, and no date says that a program wrote the line',
      'Dear all,\n\nOn 5 May we meet, and Ann wrote:\nbring cake. I shall.',
    ],
    ['nothing but its attribution is there', 'On 3 Apr 2023, Ann wrote:\n> May I?'],
    ['the answer stands between', 'On 3 Apr 2023, Ann wrote:\n> May I?\nYes.\n> And Bob?\nNo.'],
    ['the answer stands between, after a greeting', 'Hello Ann,\n\n> May I?\n\nYes.\n\n> And Bob?\n\nNo.'],
    ['the answer stands below', 'On 3 Apr 2023, Ann wrote:\n> May I?\n\nYes.'],
    [
      'the mail is handed on',
      'See below.\n\n---------- Forwarded message ---------\nFrom: Ann\nDate: Mon\nSubject: x\nTo: Bob\n\nMay I?',
    ],
    [
      'there is no quote',
      'From: the harbour\nTo: the lock\nit is a long way.\nOn 3 April Ann wrote a letter.',
    ],
  ])('is not folded where %s', (_name, text) => {
    expect(foldAt(text)).toBe(null);
  });

  test('in a text is folded with its attribution, and its signature stays', () => {
    const html = textToHtml('Yes.\n\nOn 3 Apr 2023, Ann wrote:\n> one\n> two\n> three\n\n-- \nBob', {
      showQuote: 'More',
    });
    expect(html).toMatch(
      /Yes\..*<details><summary>More<\/summary>.*wrote:.*<blockquote.*three.*<\/details><div class="signature">.*Bob/s,
    );
    expect(textToHtml('Yes.\n> one\n> two')).not.toContain('<details>');
  });

  test('takes no time in a long mail without end', () => {
    const started = performance.now();
    for (const line of ['On 1 ', 'From: a', '> '.repeat(40), 'on 3 wrote', '-'.repeat(70), '<'.repeat(200)])
      foldAt(`${`${line}\n`.repeat(20_000)}end`);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

test('empty lines by the hundred thousand are read once, and those at the end are none', () => {
  expect(textLines(`a${'\n'.repeat(500_000)}b\n\n`)).toHaveLength(500_001);
});

test('answers below attributions by the thousand are not each looked for to the end', () => {
  const began = performance.now();
  expect(foldAt('Hello\n\nOn 1.1.2020 Ann wrote:\n> x\n-- \nme\n'.repeat(12_000))).toBe(
    'On 1.1.2020 Ann wrote:',
  );
  expect(performance.now() - began).toBeLessThan(3_000);
});

test('lines that a server broke in a quote begin no fold', () => {
  expect(foldAt('Ja.\n\n> Der lange Satz,\nder gebrochen ist\n>\n')).toBeNull();
});

test.each(['On Thursday 12 people came and Bob wrote it down', 'Das Treffen am 3. April 2023 ist um 10:11'])(
  'a sentence is no attribution: %s',
  (line) => {
    expect(foldAt(`Yes.\n\n${line}\n\nMay I?`)).toBeNull();
  },
);

describe('an own sentence right above an attribution stays', () => {
  const quoted = '> one\n> two\n> three\n> four';
  test.each([
    ['a time', 'Hi Ann,\n\nYes, 10:30 is fine\nAnn <ann@x.example> wrote:', 'Ann <ann@x.example> wrote:'],
    ['a number', 'Hi Ann,\n\nSend the 3 files to Bob <bob@x.example>:', 'Send the 3 files'],
    ['a year', 'Hi Ann,\n\n2024 was bad.\nNo.\nAnn <ann@x.example> writes:', '2024 was bad.'],
    ['a day', 'Hi Ann,\n\nOn Friday I come at 5.\nAnn Lee wrote:', 'On Friday I come'],
  ])('%s', (_name, above, shown) => {
    const [before = ''] = textToHtml(`${above}\n${quoted}`)
      .replaceAll(/<a [^>]*>|<\/a>|&[lg]t;/g, '')
      .split('<details>');
    expect(before).toContain(shown.replaceAll(/[<>]/g, ''));
  });

  test('a journey is no header of a mail', () => {
    expect(foldAt('Your train:\n\nFrom: Berlin\nTo: Hamburg\nDate: 5 May 2025\n\nCoach 3.\nBye')).toBeNull();
    expect(foldAt('Yes.\n\nFrom: Ann <ann@x>\nTo: Bob\nDate: 5 May 2025\n\nMay I?')).toBe(
      'From: Ann <ann@x>',
    );
  });
});
