import { existsSync, readFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { readMail, readPart } from '../../src-main/mime/read/read-mail.ts';
import type { MailAddress } from '../../src-shared/model/message.ts';

const corpora = new URL('../../../shared/corpora/', import.meta.url).pathname;
const present = existsSync(`${corpora}MANIFEST.tsv`);
if (!present) process.stdout.write(`mime-corpora: skipped, no corpora at ${corpora}\n`);

interface CorpusMail {
  path: string;
  source: string;
  bytes: Buffer;
}

/** Every mail of the manifest; an mbox gives its messages one by one. */
function* corpusMails(): Generator<CorpusMail> {
  for (const line of readFileSync(`${corpora}MANIFEST.tsv`, 'utf8').trim().split('\n').slice(1)) {
    const [source, path, , , kind] = line.split('\t');
    if (kind !== 'mail' || source === undefined || path === undefined) continue;
    const bytes = readFileSync(`${corpora}${source}/${path}`);
    if (!bytes.subarray(0, 5).equals(Buffer.from('From '))) {
      yield { path: `${source}/${path}`, source, bytes };
      continue;
    }
    let from = 0;
    for (let n = 1; from < bytes.length; n++) {
      const at = bytes.indexOf('\n\nFrom ', from);
      const to = at < 0 ? bytes.length : at + 2;
      yield { path: `${source}/${path}#${n}`, source, bytes: bytes.subarray(from, to) };
      from = to;
    }
  }
}

const addressText = (addresses: readonly MailAddress[]): string =>
  addresses.map((a) => a.address.toLowerCase()).join(',');
const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe.skipIf(!present)('mail corpora', () => {
  test('every mail opens: nothing thrown, something to show, in time', () => {
    let mails = 0;
    let slowest = { ms: 0, path: '' };
    const blank: string[] = [];
    const codes = new Map<string, number>();
    for (const { path, bytes } of corpusMails()) {
      mails++;
      const begin = performance.now();
      const mail = readMail(bytes);
      const ms = performance.now() - begin;
      if (ms > slowest.ms) slowest = { ms, path };
      for (const defect of mail.defects) codes.set(defect.code, (codes.get(defect.code) ?? 0) + 1);
      expect(
        mail.defects.map((d) => d.code),
        path,
      ).not.toContain('unreadable');
      expect(JSON.stringify(mail).length, path).toBeGreaterThan(10);
      if (
        mail.headers.length === 0 &&
        mail.text.trim() === '' &&
        mail.html === null &&
        mail.attachments.length === 0
      )
        blank.push(path);
      for (const attachment of mail.attachments) {
        expect(attachment.filename, path).toMatch(/^[^/\\\p{Cc}\u202a-\u202e]+$/u);
        expect(readPart(bytes, attachment.partId), `${path} ${attachment.partId}`).not.toBeNull();
      }
    }
    process.stdout.write(
      `mime-corpora: ${mails} mails, slowest ${slowest.ms.toFixed(0)} ms (${slowest.path}), blank ${blank.join(' ')}\n`,
    );
    process.stdout.write(
      `mime-corpora: defects ${[...codes]
        .sort((a, b) => b[1] - a[1])
        .map(([code, n]) => `${code} ${n}`)
        .join(', ')}\n`,
    );
    expect(mails).toBeGreaterThan(4_500);
    expect(slowest.ms, slowest.path).toBeLessThan(2_000);
  }, 300_000);

  test('the expected results of the stalwart corpus', () => {
    const differences: string[] = [];
    let compared = 0;
    const check = (path: string, what: string, ours: unknown, theirs: unknown): void => {
      compared++;
      if (ours !== theirs)
        differences.push(
          `${path} ${what}: ${JSON.stringify(ours)?.slice(0, 160)} ≠ ${JSON.stringify(theirs)?.slice(0, 160)}`,
        );
    };
    for (const { path, source, bytes } of corpusMails()) {
      if (source !== 'stalwart' || path.includes('#')) continue;
      const golden = `${corpora}${path.replace(/\.eml$/, '.json')}`;
      if (!existsSync(golden)) continue;
      const expected = JSON.parse(readFileSync(golden, 'utf8')) as StalwartMessage;
      const mail = readMail(bytes);
      const root = expected.parts[0];
      if (root === undefined) continue;
      for (const name of ['subject', 'from', 'to', 'cc', 'date'] as const) {
        const header = root.headers.findLast((h) => h.name === name)?.value;
        if (header === undefined || typeof header === 'string') continue;
        if (name === 'subject') check(path, name, words(mail.subject), words(header.Text ?? ''));
        else if (name === 'date')
          check(path, name, mail.date, header.DateTime === undefined ? null : stalwartDate(header.DateTime));
        else {
          const list =
            header.Address?.List ?? header.Address?.Group?.flatMap((group) => group.addresses) ?? [];
          check(
            path,
            name,
            addressText(mail[name]),
            list
              .map((a) => (a.address ?? '').toLowerCase())
              .filter((a) => a !== '')
              .join(','),
          );
        }
      }
      const body = expected.parts[expected.text_body[0] ?? -1]?.body;
      if (typeof body === 'object' && body.Text !== undefined)
        check(path, 'text', words(mail.text).startsWith(words(body.Text)), true);
    }
    process.stdout.write(
      `mime-corpora: stalwart ${compared} comparisons, ${differences.length} differ\n${differences.join('\n')}\n`,
    );
    expect(differences.length / compared).toBeLessThan(0.2);
  });

  test('agrees with mailparser on well-formed mail', async () => {
    const counts = { mails: 0, subject: 0, from: 0, to: 0, date: 0, text: 0, attachments: 0 };
    const differences: string[] = [];
    let n = 0;
    for (const { path, source, bytes } of corpusMails()) {
      if (
        !['spamassassin', 'comm-central', 'rubymail', 'deltachat', 'notmuch', 'sisimai-bounces'].includes(
          source,
        )
      )
        continue;
      // A fifth of them: mailparser needs some milliseconds a mail.
      if (n++ % 5 !== 0 || bytes.length > 200_000) continue;
      const mail = readMail(bytes);
      if (
        mail.defects.some((d) =>
          /^(header-(?:junk|duplicate|8bit|nul)|no-header|boundary|multipart|encoding|charset|bad-date|no-date)/.test(
            d.code,
          ),
        )
      )
        continue;
      const other = await simpleParser(bytes, { skipImageLinks: true, skipTextToHtml: true });
      counts.mails++;
      const same = (what: keyof typeof counts, ours: string, theirs: string): void => {
        if (ours === theirs) counts[what]++;
        else
          differences.push(
            `${path} ${what}: ${JSON.stringify(ours).slice(0, 120)} ≠ ${JSON.stringify(theirs).slice(0, 120)}`,
          );
      };
      const to = Array.isArray(other.to) ? other.to.flatMap((t) => t.value) : (other.to?.value ?? []);
      const flat = (list: typeof to): string =>
        list
          .flatMap((a) => a.group ?? [a])
          .map((a) => (a.address ?? '').toLowerCase())
          .filter((a) => a !== '')
          .join(',');
      same('subject', words(mail.subject), words(other.subject ?? ''));
      same('from', addressText(mail.from.slice(0, 1)), flat(other.from?.value.slice(0, 1) ?? []));
      same('to', addressText(mail.to.filter((a) => a.address !== '')), flat(to));
      same('date', mail.date ?? '', other.date?.toISOString() ?? '');
      if (mail.html === null)
        same('text', words(mail.text).slice(0, 500), words(other.text ?? '').slice(0, 500));
      else counts.text++;
      same('attachments', String(mail.attachments.length), String(other.attachments.length));
    }
    process.stdout.write(
      `mime-corpora: mailparser ${JSON.stringify(counts)}\n${differences.slice(0, 40).join('\n')}\n`,
    );
    for (const what of ['subject', 'from', 'to', 'date'] as const)
      expect(counts[what] / counts.mails, what).toBeGreaterThan(0.97);
  }, 300_000);
});

interface StalwartDate {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  tz_before_gmt: boolean;
  tz_hour: number;
  tz_minute: number;
}
interface StalwartMessage {
  text_body: number[];
  html_body: number[];
  attachments: number[];
  parts: {
    headers: {
      name: string | { other: string };
      value:
        | string
        | {
            Text?: string;
            DateTime?: StalwartDate;
            Address?: { List?: { address?: string }[]; Group?: { addresses: { address?: string }[] }[] };
          };
    }[];
    body: string | { Text?: string };
  }[];
}

function stalwartDate(d: StalwartDate): string {
  const zone = (d.tz_hour * 60 + d.tz_minute) * (d.tz_before_gmt ? -1 : 1);
  return new Date(
    Date.UTC(d.year, d.month - 1, d.day, d.hour, d.minute, d.second) - zone * 60_000,
  ).toISOString();
}
