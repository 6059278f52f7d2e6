import type { SeedMail } from '../maildir.ts';
import { ics, pdf, png, zip } from './attachments.ts';
import { bulletins, type Bulletin } from './bulletins.ts';
import { composeMail } from './compose.ts';
import type { Attached, MailSpec, Person } from './compose.ts';
import { newsletterHtml, simpleHtml } from './html.ts';
import { languages, paragraphs, quote } from './languages.ts';
import { oddities } from './oddities.ts';
import { correspondents } from './people.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { writtenThreads } from './written-threads.ts';
import type { WrittenMail, WrittenThread } from './written-threads.ts';

export interface DemoAccount {
  kind: 'personal' | 'work';
  name: string;
  address: string;
}

export interface DemoMail extends SeedMail {
  folder: string;
  bytes: Buffer;
  internalDate: Date;
}

/** Folders of each account besides INBOX, Sent, Drafts, Archive, Junk and Trash. */
const ownFolders: Readonly<Record<DemoAccount['kind'], readonly string[]>> = {
  personal: ['Receipts', 'Travel', '旅行', 'Voile & régates'],
  work: ['Projects/Harbour museum', 'Projects/Tide tables', 'Projects/Katalog – Übersetzungen'],
};

const hour = 3_600_000;
const eighteenMonths = 540 * 24;

/**
 * `count` mails of one account (at least those written by hand), sorted by arrival. The same arguments give the same
 * bytes; all dates count back from `now`.
 */
export function makeMails(wish: {
  account: DemoAccount;
  count: number;
  seed: number;
  now: Date;
}): DemoMail[] {
  const maker = new MailMaker(wish.account, wish.seed, wish.now);
  for (const thread of writtenThreads) if (thread.account === wish.account.kind) maker.written(thread);
  maker.odd();
  maker.drafts();
  const mine = bulletins.filter((bulletin) => bulletin.account === wish.account.kind);
  for (const bulletin of mine) maker.bulletin(bulletin, 2, 18);
  while (maker.mails.length < wish.count) maker.invented(mine);
  return maker.mails
    .toSorted((a, b) => a.internalDate.getTime() - b.internalDate.getTime())
    .slice(-Math.max(wish.count, 60));
}

class MailMaker {
  readonly mails: DemoMail[] = [];
  readonly #me: Person;
  readonly #kind: DemoAccount['kind'];
  readonly #random: Random;
  readonly #now: number;
  #number = 0;
  #issue: number;

  constructor(account: DemoAccount, seed: number, now: Date) {
    this.#me = { name: account.name, address: account.address };
    this.#kind = account.kind;
    this.#random = seededRandom(seed + (account.kind === 'work' ? 7919 : 0));
    this.#now = now.getTime();
    this.#issue = 212;
  }

  written(thread: WrittenThread): void {
    const references: string[] = [];
    thread.mails.forEach((mail, at) => {
      const other = thread.mails.find((one) => one.from !== 'me')?.from;
      const partner = other === undefined || other === 'me' ? this.#me : other;
      const mine = mail.from === 'me';
      const spec = this.#spec(mail.hoursAgo, {
        from: mine ? this.#me : (mail.from as Person),
        to: [mine ? partner : this.#me],
        ...(thread.also === undefined ? {} : { cc: thread.also }),
        subject: at === 0 ? thread.subject : `Re: ${thread.subject}`,
        references: [...references],
        text: mail.text,
        ...(mail.flowed === undefined ? {} : { flowed: mail.flowed }),
        ...(mail.charset === undefined ? {} : { charset: mail.charset }),
        ...(mail.attach === undefined
          ? {}
          : { attached: mail.attach.flatMap((what) => this.#attachment(what)) }),
      });
      this.#add(mine ? 'Sent' : thread.folder, spec, mail.flags ?? []);
      references.push(spec.messageId);
    });
  }

  odd(): void {
    for (const mail of oddities(this.#me, this.#kind)) {
      const date = this.#ago(mail.hoursAgo);
      this.mails.push({ folder: 'INBOX', bytes: mail.bytes(date), flags: mail.flags, internalDate: date });
    }
  }

  drafts(): void {
    const texts = [
      ['Regatta: who brings what', 'Dear all,\n\nthree things before Saturday:\n\n1. '],
      ['Letter to the harbour master', 'Dear Mr Ferreira,\n\nthank you for'],
    ] as const;
    texts.forEach(([subject, text], at) => {
      const spec = this.#spec(26 + at * 90, {
        from: this.#me,
        to: at === 0 ? correspondents.slice(0, 3) : [],
        subject,
        text,
      });
      this.#add('Drafts', spec, ['\\Draft', '\\Seen']);
    });
  }

  bulletin(bulletin: Bulletin, count: number, firstHoursAgo: number): void {
    for (let at = 0; at < count; at += 1)
      this.#bulletin(bulletin, firstHoursAgo + at * 24 * 9 + this.#random.int(0, 60));
  }

  invented(mine: readonly Bulletin[]): void {
    const random = this.#random;
    // More of it lately: the square of chance leans to the present.
    const hoursAgo = 30 + eighteenMonths * random.next() ** 2;
    if (random.chance(0.45)) this.#bulletin(random.pick(mine), hoursAgo);
    else this.#conversation(hoursAgo);
  }

  #bulletin(bulletin: Bulletin, hoursAgo: number): void {
    const random = this.#random;
    const issue = (this.#issue += 1);
    const host = bulletin.from.address.split('@')[1] ?? 'news.example';
    const subject = bulletin.subject(issue, random);
    const plain = bulletin.text.join('\n\n');
    const token = random.int(1e6, 9e6).toString(36);
    const withHtml = bulletin.kind === 'newsletter' || (bulletin.kind === 'receipt' && random.chance(0.6));
    const inline =
      withHtml && random.chance(0.3) ? png('logo.png', random, 80, 40, `logo${issue}@${host}`) : undefined;
    const bill =
      bulletin.kind === 'receipt'
        ? [pdf(`${issue}.pdf`, [subject, `Total ${random.int(12, 480)}.00 EUR`])]
        : [];
    const html = newsletterHtml({
      host,
      issue,
      recipientToken: token,
      title: bulletin.from.name,
      headlines: bulletin.headline,
      paragraphs: bulletin.text,
      ...(inline?.contentId === undefined ? {} : { inlineImage: inline.contentId }),
    });
    const spec = this.#spec(hoursAgo, {
      from: bulletin.from,
      to: [bulletin.kind === 'list' ? { name: '', address: bulletin.from.address } : this.#me],
      subject,
      text: plain,
      ...(withHtml ? { html } : {}),
      attached: [...bill, ...(inline === undefined ? [] : [inline])],
      headers: listHeaders(bulletin, host, token),
    });
    const folder = bulletin.folder === 'INBOX' && hoursAgo > 24 * 45 ? 'Archive' : bulletin.folder;
    this.#add(folder, spec, this.#flags(hoursAgo, folder));
  }

  #conversation(hoursAgo: number): void {
    const random = this.#random;
    const language = random.pick(languages);
    const writer = random.pick(language.writers);
    const subject = random.pick(language.subjects);
    const length = random.pick([1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 9]);
    const cc = random.chance(0.2) ? [random.pick(correspondents.filter((one) => one !== writer))] : [];
    const folder = this.#place(hoursAgo);
    const references: string[] = [];
    let at = hoursAgo;
    let before = '';
    for (let n = 0; n < length; n += 1) {
      const mine = n % 2 === 1;
      const from = mine ? this.#me : writer;
      const own = mine
        ? `${random.pick(['Thank you.', 'Yes, let us do that.', 'I shall ask.', 'Tuesday is fine.'])}\n\nIna`
        : paragraphs(random, language, writer);
      const text =
        before !== '' && random.chance(0.6)
          ? `${own}\n\n${(mine ? writer : this.#me).name} wrote:\n${quote(before)}`
          : own;
      const spec = this.#spec(at, {
        from,
        to: [mine ? writer : this.#me],
        cc,
        subject: n === 0 ? subject : `Re: ${subject}`,
        references: [...references],
        text,
        ...(random.chance(0.3) ? { html: simpleHtml(text) } : {}),
        ...(random.chance(0.2) ? { flowed: true } : {}),
        attached: random.chance(0.12)
          ? this.#attachment(random.pick(['invoice', 'photos', 'photo', 'meeting', 'notes', 'minutes']))
          : [],
      });
      const flags = this.#flags(at, folder);
      this.#add(
        mine ? 'Sent' : folder,
        spec,
        mine ? ['\\Seen'] : n + 1 < length ? [...new Set([...flags, '\\Seen', '\\Answered'])] : flags,
      );
      references.push(spec.messageId);
      before = text;
      // The answers share what time is left, so that none comes from the future or from this very hour.
      at -= Math.min(random.int(2, 60), (at - 7) / (length - n));
    }
  }

  #place(hoursAgo: number): string {
    const random = this.#random;
    const folders = ownFolders[this.#kind].filter((folder) => folder !== 'Receipts');
    if (random.chance(0.25)) return random.pick(folders);
    if (hoursAgo < 24 * 60) return random.chance(0.9) ? 'INBOX' : 'Trash';
    return random.chance(0.85) ? 'Archive' : random.pick(['Trash', 'INBOX']);
  }

  #flags(hoursAgo: number, folder: string): string[] {
    const random = this.#random;
    const unread = folder === 'Junk' || (hoursAgo < 24 * 4 ? random.chance(0.45) : random.chance(0.03));
    const words = folder === 'Junk' ? ['$Junk'] : [];
    return [...(unread ? [] : ['\\Seen']), ...(random.chance(0.05) ? ['\\Flagged'] : []), ...words];
  }

  #attachment(what: NonNullable<WrittenMail['attach']>[number]): Attached[] {
    const random = this.#random;
    const number = random.int(100, 999);
    switch (what) {
      case 'invoice':
        return [
          pdf(`Invoice 2026-${number}.pdf`, [
            `Invoice 2026-${number}`,
            'Three rounds of proofs',
            `Total ${number}.00 EUR`,
          ]),
        ];
      case 'proof':
        return [
          pdf('Poster A1 – Hafenmuseum, proof 3.pdf', ['THE HARBOUR MUSEUM', 'opens on 12 March']),
          png('colours.png', random),
        ];
      case 'minutes':
        return [pdf('Minutes.pdf', ['Minutes', 'Present: everyone but the tide'])];
      case 'photo':
        return [png(`港の地図 ${number}.png`, random, 240, 150)];
      case 'photos':
        return Array.from({ length: random.int(2, 4) }, (_, at) => png(`DSC_${number + at}.png`, random));
      case 'notes':
        return [
          zip(`notes ${number}.zip`, [
            { name: 'chapter-3.txt', bytes: Buffer.from('Tide tables, 1874 to 1921\n'.repeat(40)) },
            { name: 'فهرس.txt', bytes: Buffer.from('1874\n1921\n') },
          ]),
        ];
      case 'meeting': {
        const start = new Date(Math.ceil(this.#now / hour) * hour + random.int(2, 12) * 24 * hour);
        return [
          ics('invite.ics', {
            uid: `${number}@rowing.example`,
            start,
            minutes: 60,
            summary: 'Regatta committee',
            place: 'Boat house',
            organizer: 'c.okafor@rowing.example',
          }),
        ];
      }
    }
  }

  #spec(hoursAgo: number, rest: Omit<MailSpec, 'date' | 'messageId'>): MailSpec {
    this.#number += 1;
    const host = rest.from.address.split('@')[1] ?? 'example';
    const messageId = `<${this.#kind}.${this.#number}.${this.#random.int(1e8, 9e8).toString(36)}@${host}>`;
    return { ...rest, date: this.#ago(hoursAgo), messageId };
  }

  #ago(hoursAgo: number): Date {
    return new Date(Math.floor((this.#now - hoursAgo * hour) / 1000) * 1000);
  }

  #add(folder: string, spec: MailSpec, flags: readonly string[]): void {
    this.mails.push({ folder, bytes: composeMail(spec), flags: [...flags], internalDate: spec.date });
  }
}

function listHeaders(bulletin: Bulletin, host: string, token: string): [string, string][] {
  if (bulletin.kind === 'newsletter') {
    return [
      [
        'List-Unsubscribe',
        `<https://www.${host}/unsubscribe?u=${token}>, <mailto:leave@${host}?subject=${token}>`,
      ],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
      ['Precedence', 'bulk'],
    ];
  }
  if (bulletin.kind === 'list') {
    const name = bulletin.from.address.split('@')[0] ?? 'list';
    return [
      ['List-Id', `${bulletin.from.name} <${name}.${host}>`],
      ['List-Post', `<mailto:${bulletin.from.address}>`],
      ['List-Unsubscribe', `<mailto:${name}-leave@${host}>`],
    ];
  }
  return bulletin.kind === 'notice' ? [['Auto-Submitted', 'auto-generated']] : [];
}
