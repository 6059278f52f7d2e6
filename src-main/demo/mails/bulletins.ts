import type { Person } from './compose.ts';
import { senders } from './people.ts';
import type { Random } from './random.ts';

/** What machines, shops and lists send, issue after issue. */
export interface Bulletin {
  from: Person;
  folder: string;
  account: 'personal' | 'work';
  subject: (issue: number, random: Random) => string;
  headline: readonly string[];
  text: readonly string[];
  kind: 'newsletter' | 'receipt' | 'list' | 'notice';
}

export const bulletins: readonly Bulletin[] = [
  {
    from: senders.canal,
    folder: 'INBOX',
    account: 'personal',
    kind: 'newsletter',
    subject: (issue, random) =>
      `No. ${issue}: ${random.pick(['Ice on the locks', 'The last bridge keeper', 'Eels, again', 'A winter on board', 'Who owns the towpath', 'Slow water'])}`,
    headline: [
      'Who decides when the water stops',
      'The man who has measured it since 1974',
      'Nine locks and one key',
    ],
    text: [
      'On the second cold night of the month the upper basin skins over, and by breakfast three people have telephoned three different offices. Each office is right to say that it is not theirs.',
      'We walked the towpath from end to end, with a thermos and a tape measure, and counted what is left of the old mooring posts.',
      'A reader writes that the swans have moved. We went to look. They have.',
    ],
  },
  {
    from: senders.rail,
    folder: 'Travel',
    account: 'personal',
    kind: 'receipt',
    subject: (_, random) =>
      `Your tickets: ${random.pick(['Hamburg to Malmö', 'Groningen to Bremen', 'København to Göteborg', 'Oslo to Bergen'])}`,
    headline: ['Your journey', 'Have a good trip'],
    text: [
      'Coach 21, seats 61 and 62. Please be on the platform five minutes before departure.',
      'Bicycles travel in coach 24.',
    ],
  },
  {
    from: senders.power,
    folder: 'Receipts',
    account: 'personal',
    kind: 'receipt',
    subject: (issue) => `Ihre Rechnung Nr. ${issue}`,
    headline: ['Ihre Rechnung'],
    text: [
      'Sehr geehrte Frau Verhoeven, anbei erhalten Sie Ihre Rechnung. Der Betrag wird in den nächsten Tagen abgebucht.',
    ],
  },
  {
    from: senders.shop,
    folder: 'Receipts',
    account: 'personal',
    kind: 'receipt',
    subject: (issue) => `Order ${40000 + issue}: thank you`,
    headline: ['Your order is on its way'],
    text: ['10 m of braided line, 8 mm · 2 shackles · 1 tin of varnish. We pack on Tuesdays and Fridays.'],
  },
  {
    from: senders.library,
    folder: 'INBOX',
    account: 'personal',
    kind: 'notice',
    subject: (_, random) =>
      `Nog drie dagen: ${random.pick(['De wadden in kaart', 'Zeilen voor eenlingen', 'Het water komt', 'Brieven uit Terschelling'])}`,
    headline: [],
    text: ['U kunt verlengen via de website of aan de balie.', 'Vriendelijke groet, Bibliotheek Noord'],
  },
  {
    from: senders.hosting,
    folder: 'INBOX',
    account: 'work',
    kind: 'notice',
    subject: (_, random) => `Maintenance on Sunday, 0${random.int(1, 5)}:00 to 06:00`,
    headline: [],
    text: ['Mail may be late, none is lost.', 'You need not do anything.'],
  },
  {
    from: senders.tideTeam,
    folder: 'Projects/Tide tables',
    account: 'work',
    kind: 'list',
    subject: (issue, random) =>
      `[tide-tables] ${random.pick(['Minutes', 'Agenda', 'Correction to sheet'])} ${issue}`,
    headline: [],
    text: [
      'Present: everyone but the tide.',
      'One hour, no slides.',
      'Sheet 14 has two high waters on the same evening; one of them is ours.',
    ],
  },
  {
    from: senders.forum,
    folder: 'Archive',
    account: 'work',
    kind: 'list',
    subject: (issue, random) =>
      `[pilots #${issue}] ${random.pick(['Buoy 7 unlit', 'Dredging at the east quay', 'Fog signal test'])}`,
    headline: [],
    text: [
      'Notice to all who come and go.',
      'Buoy 7 is unlit until further notice.',
      'Dredging continues from 6 to 18 o’clock.',
    ],
  },
  {
    from: senders.press,
    folder: 'Projects/Harbour museum',
    account: 'work',
    kind: 'newsletter',
    subject: (_, random) =>
      `Embargoed: ${random.pick(['opening programme', 'new director', 'the painted ceiling', 'loan from Rotterdam'])}`,
    headline: ['Opening programme', 'From the press office'],
    text: [
      'Please do not pass on. Photographs in print quality are at your disposal.',
      'The director will say a few words; the harbour master has promised not to.',
    ],
  },
  {
    from: senders.prize,
    folder: 'Junk',
    account: 'personal',
    kind: 'newsletter',
    subject: (issue) => `C0NGRATULATIONS!!! Ref ${issue} — claim your 🎁 n0w`,
    headline: ['You have been SELECTED'],
    text: ['Dear winner, your mailbox has been drawn from ten million mailboxes. Answer within 24 hours.'],
  },
];
