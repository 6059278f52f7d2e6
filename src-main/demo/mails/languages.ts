import type { Person } from './compose.ts';
import { people } from './people.ts';
import type { Random } from './random.ts';

/** Openings of conversations and what is said in them, by language. */
export interface Language {
  writers: readonly Person[];
  subjects: readonly string[];
  openings: readonly string[];
  sentences: readonly string[];
  closings: readonly string[];
}

const english: Language = {
  writers: [people.ann, people.chidi, people.jonas, people.priya, people.marta, people.tomas],
  subjects: [
    'Loan of the tide gauge',
    'Labels for room three',
    'Key to the north store',
    'Opening hours in winter',
    'Re-hanging the ship portraits',
    'Saturday on the water',
    'The broken barometer',
    'Volunteers for the night of museums',
    'Insurance for the model steamer',
    'Wood for the new landing stage',
    'Question about the 1874 tables',
    'Paper for the catalogue',
    'A second opinion on the varnish',
    'Sailing instructions, draft two',
    'Could we move Tuesday’s meeting to the week after, because the surveyor can only come on that day and the caretaker is away, and nobody else has the key to the tower',
    'Café: soup, sandwiches, and the question of the coffee machine ☕',
  ],
  openings: ['Dear Ina,', 'Hello Ina,', 'Ina,', 'Good morning,', 'Hi,'],
  sentences: [
    'The caretaker says the cellar is dry again, for now.',
    'I have put the list in the shared cupboard, second shelf.',
    'Could you have a look before Friday? It is one page.',
    'The carrier wants a signature and a photograph of the crate.',
    'If the wind stays in the west we can take the launch.',
    'Nobody knows who ordered the second cabinet, but it is rather beautiful.',
    'The school asks whether forty children are too many. They are.',
    'I measured it twice: 184 by 92 centimetres, with the frame.',
    'We should answer them this week; they have been patient.',
    'The quotation holds until the end of the month.',
    'Half of it is done, and the other half is the difficult half.',
    'Please use the side entrance, the bridge is closed on Wednesdays.',
    'There is a train at 8:14 that nobody takes.',
    'I would rather not decide this alone.',
    'The old catalogue gives two dates for the same storm.',
  ],
  closings: ['Best wishes,', 'Kind regards,', 'Yours,', 'See you on Monday,', 'Many thanks,'],
};

const dutch: Language = {
  writers: [people.anneke],
  subjects: [
    'Bakker voor de opening',
    'Sleutel van de werkplaats',
    'Zaterdag: fietsen langs het wad',
    'Foto’s van de steiger',
  ],
  openings: ['Hoi Ina,', 'Beste Ina,', 'Dag Ina,'],
  sentences: [
    'De steiger is klaar, op de leuning na.',
    'Zullen we om tien uur bij de sluis afspreken?',
    'Ik neem koffie mee en iets van de bakker.',
    'De wind draait vanmiddag naar het noordwesten.',
    'Het geluid in de zaal is veel beter geworden.',
  ],
  closings: ['Groetjes,', 'Met vriendelijke groet,', 'Tot snel,'],
};

const swedish: Language = {
  writers: [people.asa],
  subjects: [
    'Vattenståndet i går',
    'Båten är på land',
    'Årsmötet: förslag till dagordning',
    'Övernattning i Göteborg',
  ],
  openings: ['Hej Ina!', 'Hej,'],
  sentences: [
    'Pegeln visade en meter och tolv i natt, högsta sedan januari.',
    'Båten är på land och täckt inför vintern.',
    'Kan du skicka siffrorna före onsdag?',
    'Vi ses på kajen klockan nio.',
    'Årsmötet flyttas en vecka, lokalen var upptagen.',
  ],
  closings: ['Hälsningar,', 'Vänligen,', 'Kram,'],
};

const japanese: Language = {
  writers: [people.misaki],
  subjects: ['資料の返却について', '港の古地図の件', '来月の展示のお願い', '写真の使用許可'],
  openings: ['いつもお世話になっております。', 'ご連絡ありがとうございます。'],
  sentences: [
    '古地図は全部で十二枚ございます。',
    '返却は来月の五日までにお願いいたします。',
    '展示の写真を何枚かお送りします。',
    '潮位表の原本は当館に保管しております。',
    'ご不明な点がございましたら、お知らせください。',
  ],
  closings: ['よろしくお願いいたします。', '以上、よろしくお願い申し上げます。'],
};

const arabic: Language = {
  writers: [people.layla],
  subjects: ['مراجعة الفصل الثاني', 'أسماء السفن في الفهرس', 'فاتورة الترجمة'],
  openings: ['مرحباً إينا،', 'صباح الخير،'],
  sentences: [
    'راجعت أسماء السفن ووجدت ثلاثة أخطاء صغيرة.',
    'هل نكتب التواريخ بالأرقام العربية أم الهندية؟',
    'أنتظر ملاحظاتكم قبل نهاية الأسبوع.',
    'الصورة رقم 14 غير واضحة في النسخة المطبوعة.',
  ],
  closings: ['مع التحية،', 'تحياتي،'],
};

const russian: Language = {
  writers: [people.olga],
  subjects: ['Сканы лоций', 'Вопрос о подписи к карте', 'Конференция в мае'],
  openings: ['Добрый день!', 'Здравствуйте, Ина!'],
  sentences: [
    'Сканы готовы, качество хорошее.',
    'На третьем листе не видна дата.',
    'Конференция перенесена на двадцатое мая.',
    'Пришлите, пожалуйста, подпись к карте.',
  ],
  closings: ['С уважением,', 'Всего доброго,'],
};

const french: Language = {
  writers: [people.francois],
  subjects: ['Relevé du marégraphe', 'Visite de l’écluse', 'Traduction du panneau n° 7'],
  openings: ['Bonjour Ina,', 'Chère Ina,'],
  sentences: [
    'Le marégraphe est réparé, mais il retarde de trois minutes.',
    'L’éclusier nous attend jeudi à neuf heures.',
    'J’ai gardé le mot « jusant » : il n’a pas d’équivalent.',
    'La brochure est prête, à deux virgules près.',
  ],
  closings: ['Bien à vous,', 'Amitiés,'],
};

export const languages: readonly Language[] = [
  english,
  english,
  english,
  english,
  dutch,
  swedish,
  japanese,
  arabic,
  russian,
  french,
];

/** A few paragraphs in one language, signed. */
export function paragraphs(random: Random, language: Language, writer: Person): string {
  const count = random.int(1, 3);
  const body = Array.from({ length: count }, () =>
    Array.from({ length: random.int(1, 4) }, () => random.pick(language.sentences)).join(' '),
  );
  const [first = ''] = writer.name.split(' ');
  const signature = random.chance(0.3)
    ? `\n\n-- \n${writer.name}\n${writer.address.split('@')[1] ?? ''}`
    : '';
  return `${random.pick(language.openings)}\n\n${body.join('\n\n')}\n\n${random.pick(language.closings)}\n${first}${signature}`;
}

export const quote = (text: string): string =>
  text
    .split('\n-- \n')[0]
    ?.trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n') ?? '';
