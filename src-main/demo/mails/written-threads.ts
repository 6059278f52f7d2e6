import { people } from './people.ts';
import type { Person } from './compose.ts';

export interface WrittenMail {
  /** 'me' is the account's owner. */
  from: Person | 'me';
  /** Hours before now. */
  hoursAgo: number;
  text: string;
  flags?: readonly string[];
  flowed?: boolean;
  charset?: string;
  attach?: readonly ('invoice' | 'proof' | 'minutes' | 'photos' | 'photo' | 'meeting' | 'notes')[];
}

export interface WrittenThread {
  account: 'personal' | 'work';
  /** Where the mails of others lie; mine lie in Sent. */
  folder: string;
  subject: string;
  also?: readonly Person[];
  mails: readonly WrittenMail[];
}

const {
  marta,
  ann,
  misaki,
  layla,
  piotr,
  jonas,
  chidi,
  sofia,
  anneke,
  nikos,
  olga,
  noa,
  asa,
  francois,
  minjun,
} = people;
const seen = ['\\Seen'];
const answered = ['\\Seen', '\\Answered'];

/** Conversations written by hand: what one sees first when the demo opens. */
export const writtenThreads: readonly WrittenThread[] = [
  {
    account: 'work',
    folder: 'INBOX',
    subject: 'Proofs and invoice for the harbour museum posters',
    also: [asa, chidi],
    mails: [
      {
        from: marta,
        hoursAgo: 118,
        flags: answered,
        attach: ['proof'],
        text: 'Dear Ina,\n\nthe second proof has the deeper blue you asked for; the tide line sits two millimetres higher, so that it does not run into the fold. Tell me whether you want to see it on the uncoated stock as well.\n\nKind regards,\nMarta\n\n-- \nMarta Lindqvist\nLindqvist Print, Malmö',
      },
      {
        from: 'me',
        hoursAgo: 70,
        flags: seen,
        text: 'Lovely. One last change: the opening is on the 12th of March, not the 13th.\n\nAnd yes please, uncoated too.\n\nIna\n\nMarta Lindqvist wrote:\n> the second proof has the deeper blue you asked for; the tide line sits\n> two millimetres higher, so that it does not run into the fold.',
      },
      {
        from: marta,
        hoursAgo: 1.2,
        flags: ['\\Flagged'],
        attach: ['invoice', 'proof'],
        text: 'Good afternoon Ina,\n\nthe third proof is attached, with the date corrected. I have also opened the blacks a little: on the uncoated stock they would have closed up in the lower third, where the water is.\n\nIf you say yes before Monday noon, the sheets go on the press that evening and reach the museum on Thursday. The invoice covers all three rounds; the two small corrections are on the house.\n\nKind regards,\nMarta\n\nIna Verhoeven wrote:\n> Lovely. One last change: the opening is on the 12th of March, not\n> the 13th.\n>\n>> the second proof has the deeper blue you asked for; the tide line\n>> sits two millimetres higher\n\n-- \nMarta Lindqvist\nLindqvist Print, Malmö',
      },
    ],
  },
  {
    account: 'personal',
    folder: 'INBOX',
    subject: 'Lunch?',
    mails: [
      {
        from: ann,
        hoursAgo: 1.7,
        flowed: true,
        text: 'The place by the lock has a table at half past twelve on Thursday. Shall I take it? \nThey have the soup again. 🍲\n\nAnn',
      },
    ],
  },
  {
    account: 'work',
    folder: 'INBOX',
    subject: '打ち合わせの日程について',
    mails: [
      {
        from: misaki,
        hoursAgo: 2.1,
        text: 'フェルフーフェン様\n\nお世話になっております。来週の水曜日の件ですが、午後三時からはいかがでしょうか。\n会場の地図を添付いたします。\n\nどうぞよろしくお願いいたします。\n\n田中 美咲\n港湾資料館',
        attach: ['photo'],
      },
    ],
  },
  {
    account: 'work',
    folder: 'INBOX',
    subject: 'موعد تسليم الترجمة العربية للكتالوج',
    mails: [
      {
        from: layla,
        hoursAgo: 4.5,
        text: 'مرحباً إينا،\n\nأرفقت الفصل الثالث. بقي الفصل الرابع (Tide Tables 1874–1921) وسأرسله يوم الأحد إن شاء الله.\n\nمع أطيب التحيات،\nليلى',
        attach: ['notes'],
      },
    ],
  },
  {
    account: 'personal',
    folder: 'INBOX',
    subject: 'Klucze do hangaru łodzi',
    mails: [
      {
        from: piotr,
        hoursAgo: 55,
        flags: answered,
        charset: 'iso-8859-2',
        text: 'Cześć Ina,\n\nczy masz jeszcze klucze do hangaru? W sobotę przyjeżdża nowa ósemka.\n\nPiotr',
      },
      {
        from: 'me',
        hoursAgo: 50,
        flags: seen,
        text: 'Hi Piotr,\n\none set is with me, the other should be in the office. Shall I leave mine somewhere?\n\nIna',
      },
      { from: piotr, hoursAgo: 47, flags: answered, text: 'U portiera, proszę. Dziękuję!' },
      { from: 'me', hoursAgo: 30, flags: seen, text: 'Done.\n\n> U portiera, proszę.' },
      {
        from: piotr,
        hoursAgo: 26,
        flags: seen,
        text: 'Zostawiłem je u portiera, drugi komplet jest w biurze.\n\nDo zobaczenia,\nPiotr',
      },
    ],
  },
  {
    account: 'personal',
    folder: 'INBOX',
    subject: 'Roof: two quotes, one decision',
    mails: [
      {
        from: jonas,
        hoursAgo: 150,
        flags: answered,
        attach: ['photos'],
        text: 'Ina,\n\nthe gutter on the north side has gone, photographs attached. I have asked two people.\n\nJonas',
      },
      { from: 'me', hoursAgo: 140, flags: seen, text: 'That looks worse than last year. What do they want?' },
      {
        from: jonas,
        hoursAgo: 120,
        flags: answered,
        attach: ['invoice'],
        text: 'The first says 2,400 and never left his van. The second says 2,900, with copper.',
      },
      { from: 'me', hoursAgo: 118, flags: seen, text: 'Is copper worth it?' },
      {
        from: jonas,
        hoursAgo: 96,
        flags: answered,
        text: 'It will be there when we are not.\n\n> Is copper worth it?',
      },
      { from: 'me', hoursAgo: 95, flags: seen, text: 'Cheerful. Ask him when he can come.' },
      {
        from: jonas,
        hoursAgo: 28,
        flags: seen,
        text: 'I would take the second, he actually went up there.\n\nJonas',
      },
    ],
  },
  {
    account: 'personal',
    folder: 'INBOX',
    subject: 'Boat hire for the spring regatta',
    mails: [
      {
        from: chidi,
        hoursAgo: 31,
        flags: ['\\Flagged', '\\Seen'],
        text: 'Six eights and two launches, Friday to Sunday. Last year’s price if we say yes before December.\n\nI would like your answer and not only your approval.\n\nChidi',
        attach: ['meeting'],
      },
    ],
  },
  {
    account: 'personal',
    folder: 'INBOX',
    subject: 'Fotos de la excursión',
    mails: [
      {
        from: sofia,
        hoursAgo: 93,
        flags: seen,
        charset: 'iso-8859-1',
        attach: ['photos'],
        text: 'Hola Ina:\n\nLas mejores son las del faro; las demás las puedes borrar.\n\nUn abrazo,\nSofía',
      },
    ],
  },
  {
    account: 'personal',
    folder: 'INBOX',
    subject: 'The matter of the cake',
    mails: [
      {
        from: anneke,
        hoursAgo: 122,
        flags: answered,
        text: 'How many layers, and who is against marzipan?\n\nAnneke',
      },
      { from: 'me', hoursAgo: 119, flags: seen, text: 'Two layers, no marzipan.' },
      {
        from: anneke,
        hoursAgo: 116,
        flags: seen,
        text: 'Two layers, no marzipan. Noted, underlined, framed. 🎂',
      },
    ],
  },
  {
    account: 'personal',
    folder: 'INBOX',
    subject: 'Keys, cat, plants',
    mails: [
      {
        from: ann,
        hoursAgo: 260,
        flags: answered,
        text: 'I am away from the 3rd to the 9th. Could you look after everything that breathes?',
      },
      { from: 'me', hoursAgo: 257, flags: seen, text: 'Of course. Does the fern count?' },
      { from: ann, hoursAgo: 250, flags: answered, text: 'The fern counts. The cat has opinions.' },
      { from: 'me', hoursAgo: 249, flags: seen, text: 'I have met the cat.' },
      { from: ann, hoursAgo: 240, flags: seen, text: 'Key is under the blue pot, the other blue pot.' },
    ],
  },
  {
    account: 'work',
    folder: 'INBOX',
    subject: 'Τα σχέδια για τη μαρίνα',
    mails: [
      {
        from: nikos,
        hoursAgo: 268,
        flags: seen,
        attach: ['proof'],
        text: 'Καλημέρα Ίνα,\n\nΣου στέλνω την τελευταία έκδοση. Οι διαστάσεις της προβλήτας άλλαξαν.\n\nΝίκος',
      },
    ],
  },
  {
    account: 'work',
    folder: 'INBOX',
    subject: 'Карты отлива 1911 года',
    mails: [
      {
        from: olga,
        hoursAgo: 75,
        flags: answered,
        charset: 'koi8-r',
        text: 'Добрый день, Ина!\n\nМы нашли в архиве карты отлива 1911 года, двенадцать листов. Прислать сканы?\n\nОльга',
      },
      { from: 'me', hoursAgo: 74, flags: seen, text: 'Yes please! All twelve.\n\nIna' },
      {
        from: olga,
        hoursAgo: 22,
        text: 'Первые четыре листа в приложении. Остальные слишком большие для почты.',
        attach: ['photos'],
      },
    ],
  },
  {
    account: 'work',
    folder: 'INBOX',
    subject: 'סירות הנייר לתערוכה',
    mails: [
      {
        from: noa,
        hoursAgo: 20,
        text: 'שלום אינה,\n\nארבעים סירות הנייר מוכנות. מתי אפשר להביא אותן?\n\nנועה',
      },
    ],
  },
  {
    account: 'work',
    folder: 'INBOX',
    subject: '등대 사진 사용 허가',
    mails: [
      {
        from: minjun,
        hoursAgo: 27,
        flags: seen,
        text: '안녕하세요, 이나 님.\n\n등대 사진을 도록에 사용하셔도 됩니다. 출처만 적어 주세요.\n\n김민준',
        attach: ['photo'],
      },
    ],
  },
  {
    account: 'work',
    folder: 'Projects/Tide tables',
    subject: 'Horaires des marées, Saint-Malo',
    mails: [
      {
        from: francois,
        hoursAgo: 500,
        flags: answered,
        charset: 'windows-1252',
        text: 'Bonjour Ina,\n\nvoici les horaires de 1898, relevés à la main – avec les fautes de l’époque.\n\nBien à vous,\nFrançois',
        attach: ['notes'],
      },
      {
        from: 'me',
        hoursAgo: 470,
        flags: seen,
        text: 'Merci! Are the faults marked, or shall we find them?\n\nIna',
      },
      {
        from: francois,
        hoursAgo: 465,
        flags: seen,
        charset: 'windows-1252',
        text: 'Trouvez-les, c’est plus amusant.',
      },
    ],
  },
  {
    account: 'work',
    folder: 'Projects/Harbour museum',
    subject: 'Who takes the minutes',
    also: [asa, marta],
    mails: [
      { from: chidi, hoursAgo: 300, flags: answered, text: 'Not me again.' },
      { from: 'me', hoursAgo: 299, flags: seen, text: 'You do it so well.' },
      {
        from: chidi,
        hoursAgo: 298,
        flags: seen,
        text: 'That is how it began the last time.',
        attach: ['minutes'],
      },
    ],
  },
];
