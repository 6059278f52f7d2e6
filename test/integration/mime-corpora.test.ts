import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { readMail } from '../../src-main/mime/read/read-mail.ts';
import type { MailAddress } from '../../src-shared/model/message.ts';
import { corpora, corporaPresent, corpusMails } from '../agreement/corpora.ts';

if (!corporaPresent) process.stdout.write(`mime-corpora: skipped, no corpora at ${corpora}\n`);

const addressText = (addresses: readonly MailAddress[]): string =>
  addresses.map((a) => a.address.toLowerCase()).join(',');
const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe.skipIf(!corporaPresent)('mail corpora', () => {
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
