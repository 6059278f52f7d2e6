import type { SeedMail } from '../maildir.ts';
import { rfcDate, words } from './compose.ts';
import { correspondents } from './people.ts';
import { seededRandom } from './random.ts';
import { languages } from './languages.ts';

export interface BulkWishes {
  to?: string;
  /** Date of the newest mail; the others lie before it, one every few minutes. */
  newest?: Date;
  /** A line of text instead of bodies of realistic size (about 7 KB on average): for passes over headers. */
  smallBodies?: boolean;
}

/**
 * `n` mails for measurements, one at a time so that none need be kept: conversations of several lengths, several
 * charsets and scripts, one in ten with an attachment, three in four seen. The same arguments give the same bytes.
 */
export function* bulkMails(
  n: number,
  seed: number,
  wishes: BulkWishes = {},
): Generator<SeedMail, void, undefined> {
  const random = seededRandom(seed);
  const to = wishes.to ?? 'ann@example.test';
  const newest = (wishes.newest ?? new Date('2026-11-20T12:00:00Z')).getTime();
  const writers = correspondents.map((person) => ({
    header: `${words(person.name)} <${person.address}>`,
    host: person.address.split('@')[1] ?? 'x',
  }));
  const subjects = languages.flatMap((language) =>
    language.subjects.map((subject) => ({ subject, wire: words(subject) })),
  );
  const prose = languages.map((language) =>
    lines(Buffer.from(`${language.sentences.join(' ')}\r\n`.repeat(400), 'utf8').toString('base64')),
  );
  const latin = 'Tides come in, tides go out, and the table says when they should have done so.\r\n'.repeat(
    600,
  );
  const noise = lines(
    Buffer.from(Array.from({ length: 48_000 }, () => random.int(0, 255))).toString('base64'),
  );
  const open: { references: string[]; subject: string; left: number }[] = [];

  for (let at = 0; at < n; at += 1) {
    const writer = random.pick(writers);
    const id = `<bulk.${seed}.${at}@${writer.host}>`;
    const date = new Date(newest - (n - at) * 180_000 - random.int(0, 120) * 1000);
    const thread = open.length > 0 && random.chance(0.45) ? random.pick(open) : undefined;
    const subject = thread?.subject ?? random.pick(subjects).wire;
    const head = [
      `Return-Path: <bounce@${writer.host}>`,
      `Received: from mx.${writer.host} by mx.example.test with ESMTPS id ${random.int(1e8, 9e8).toString(36)};\r\n ${rfcDate(date)}`,
      `Date: ${rfcDate(date)}`,
      `From: ${writer.header}`,
      `To: ${to}`,
      `Subject: ${thread === undefined ? subject : `Re: ${subject}`}`,
      `Message-ID: ${id}`,
      ...(thread === undefined
        ? []
        : [
            `In-Reply-To: ${thread.references.at(-1) ?? ''}`,
            `References: ${thread.references.join('\r\n ')}`,
          ]),
      'MIME-Version: 1.0',
    ];
    if (thread === undefined) {
      if (open.length >= 200) open.shift();
      open.push({ references: [id], subject, left: random.int(1, 12) });
    } else {
      thread.references.push(id);
      thread.left -= 1;
      if (thread.left === 0) open.splice(open.indexOf(thread), 1);
    }
    const attached = random.chance(0.1);
    // Most mails are short, some are long: a log-uniform size between 0.3 and 30 KB.
    const size = wishes.smallBodies === true ? 76 : Math.floor(300 * 100 ** random.next());
    const script = random.chance(0.4) ? random.pick(prose) : undefined;
    const text = script === undefined ? latin.slice(0, size) : script.slice(0, Math.ceil(size / 78) * 78);
    const textHead =
      script === undefined
        ? 'Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit'
        : 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64';
    const file = attached ? noise.slice(0, wishes.smallBodies === true ? 78 : random.int(15, 800) * 78) : '';
    const body = attached
      ? `Content-Type: multipart/mixed; boundary="b${at}"\r\n\r\n--b${at}\r\n${textHead}\r\n\r\n${text}\r\n--b${at}\r\n` +
        `Content-Type: application/pdf; name="sheet-${at}.pdf"\r\nContent-Disposition: attachment; filename="sheet-${at}.pdf"\r\n` +
        `Content-Transfer-Encoding: base64\r\n\r\n${file}\r\n--b${at}--\r\n`
      : `${textHead}\r\n\r\n${text}\r\n`;
    const flags = [...(random.chance(0.75) ? ['\\Seen'] : []), ...(random.chance(0.03) ? ['\\Flagged'] : [])];
    yield { bytes: Buffer.from(`${head.join('\r\n')}\r\n${body}`, 'latin1'), flags, internalDate: date };
  }
}

/** Lines of 76 characters and CRLF: any multiple of 78 characters of it is whole lines. */
const lines = (base64: string): string => base64.replace(/.{76}/g, '$&\r\n');
