import type { MailAddress } from '../../../src-shared/model/message.ts';

/** Mail that is made from a number: the same number always gives the same mail. */
export interface MadeMail {
  subject: string;
  preview: string;
  from: MailAddress;
  hasAttachments: boolean;
  starred: boolean;
  unread: boolean;
  away: boolean;
  html: boolean;
}

const people: readonly MailAddress[] = [
  { name: 'Marta Lindqvist', address: 'marta@lindqvist-print.example' },
  { name: 'Ann Lee', address: 'ann.lee@example.org' },
  { name: '田中 美咲', address: 'misaki@tanaka.example' },
  { name: 'Mail server of example.net', address: 'postmaster@example.net' },
  { name: 'ليلى حداد', address: 'layla@haddad.example' },
  { name: 'The Canal Letter', address: 'letter@canal.example' },
  { name: 'Piotr Zieliński', address: 'piotr@zielinski.example' },
  { name: 'Stadtwerke Lüneburg', address: 'rechnung@stadtwerke.example' },
  { name: 'Jonas Verhoeven', address: 'jonas@verhoeven.example' },
  { name: 'Chidi Okafor', address: 'chidi@okafor.example' },
  { name: 'Harbour Museum press office', address: 'press@harbour-museum.example' },
  { name: 'Sofía Marín', address: 'sofia@marin.example' },
  { name: 'Nordic Rail', address: 'tickets@nordicrail.example' },
  { name: 'Anneke Visser', address: 'anneke@visser.example' },
  { name: '', address: 'no-name-at-all@example.com' },
];

const subjects: readonly [string, string][] = [
  [
    'Proofs and invoice for the harbour museum posters',
    'Good afternoon Ina, the third proof is attached, with the date corrected.',
  ],
  ['Lunch?', 'The place by the lock has a table at half past twelve on Thursday'],
  ['打ち合わせの日程について', 'お世話になっております。来週の打ち合わせの日程をご相談させてください。'],
  ['Not delivered: Agenda for 2 December', 'to p.okafor@example.net: the mailbox does not exist'],
  ['موعد تسليم الترجمة العربية للكتالوج', 'مرحباً إينا، أرفقت الفصل الأول من الترجمة'],
  ['No. 212: Ice on the locks', 'Who decides when the water is hard enough to be crossed'],
  ['Klucze do hangaru łodzi', 'Zostawiłem je u portiera, drugi komplet jest w klubie'],
  ['Ihre Rechnung vom 19. November 2026', 'Sehr geehrte Frau Verhoeven, anbei erhalten Sie Ihre Rechnung'],
  ['Roof: two quotes, one decision', 'I would take the second one, although it is dearer'],
  ['Boat hire for the spring regatta', 'Six eights and two launches, from Friday noon to Sunday evening'],
  ['Embargoed until 1 December: opening programme', ''],
  ['Fotos de la excursión', 'Las mejores son las del faro, con la luz de la tarde'],
  ['Your tickets: Hamburg to Malmö, 4 December', ''],
  ['The matter of the cake', 'It was not me, and I can prove it'],
  ['', 'A message without any subject, as they come'],
];

export function madeMail(number: number): MadeMail {
  const [subject, preview] = subjects[number % subjects.length] ?? ['', ''];
  const from = people[number % people.length] ?? { name: '', address: '' };
  const turn = Math.floor(number / subjects.length);
  return {
    subject: turn === 0 || subject === '' ? subject : `${subject} (${turn})`,
    preview,
    from,
    hasAttachments: number % 7 === 0,
    starred: number % 11 === 0,
    unread: number % 3 === 1,
    away: number % 13 === 12,
    html: number % 5 === 0 && number % 15 !== 0,
  };
}

/** Newest first; closer together at the start, so that every group of days has some. */
export function madeDate(number: number, now: number): number {
  const minutes = number < 40 ? number * number * 6 + number * 25 : 10_000 + number * 30;
  return now - minutes * 60_000;
}

export const plainText = `Good afternoon Ina,

the third proof is attached, with the date corrected. I have also opened the blacks a little: on the uncoated stock they would have closed up in the lower third, where the water is.

If you say yes before Monday noon, the sheets go on the press that evening and reach the museum on Thursday. The invoice covers all three rounds: https://lindqvist-print.example/invoice/2026-1148

Kind regards,
Marta

On Wednesday Ina Verhoeven wrote:
> Lovely. One last change: the opening is on the 12th of March,
> not the 13th. Everything else can stay as it is.
>
> Could you send the third proof to the director as well?
>
> Ina`;

export const newsletterHtml = `<div class="mail-body"><div style="text-align:center;border-bottom:2px solid #222"><h1 style="font-family:Georgia,serif">The Canal Letter</h1><p style="color:#555">Every Friday from the lock keeper’s house</p></div><p><img data-remote-src="https://cdn.canal.example/ice.jpg" width="520" height="168" alt="Ice on the lock"></p><h2 style="font-family:Georgia,serif">Ice on the locks, and who is in charge of it</h2><p style="font-family:Georgia,serif">On the second cold night of November the upper basin skins over, and by breakfast three people have telephoned three different offices.</p><p style="font-family:Georgia,serif">We asked the man who has measured the ice at lock nine since 1974, and <a href="https://canal.example/ice">he has never once been wrong</a>. Write to him at <a href="https://evil.test/login">www.canal.example</a>.</p></div>`;
