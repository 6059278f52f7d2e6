import type { MessageTrust } from '../../../src-shared/ipc/areas/trust.ts';
import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';

/** What main would say of a made-up mail: newsletters are signed and can be left, others are of all kinds. */
export function madeTrust(row: FullMessage | null, number: number): MessageTrust | null {
  if (row === null) return null;
  const isNewsletter = row.html !== null;
  const domain = row.from[0]?.address.split('@')[1] ?? '';
  const common = {
    domain,
    list: null,
    unsubscribe: null,
    showImages: false,
    canCheck: false,
    warnings: [],
    checkedBy: 'mx.home.example',
  };
  if (isNewsletter)
    return {
      ...common,
      verdict: 'verified',
      sentence: `Really from ${domain}`,
      reason: `Your mail server (mx.home.example) checked it: ${domain} vouches for this message. That says nothing about who ${domain} is.`,
      results: [
        { method: 'dmarc', result: 'pass', domain },
        { method: 'dkim', result: 'pass', domain },
        { method: 'spf', result: 'softfail', domain: 'bounces.mailer.example' },
      ],
      list: { name: 'Canal News' },
      unsubscribe: { kind: 'one-click', target: domain, url: `https://${domain}/off` },
    };
  if (number % 15 === 13)
    return {
      ...common,
      verdict: 'failed',
      sentence: `Claims to be from ${domain}, but is not proven to be`,
      reason: `Your mail server (mx.home.example) checked it: ${domain} did not sign this message, and it came from a server that may not send for ${domain}. Do not trust what it asks for.`,
      results: [{ method: 'dmarc', result: 'fail', domain }],
      warnings: [
        {
          code: 'reply-elsewhere',
          detail: `An answer would go to office@freemail.example, not to ${row.from[0]?.address ?? ''}.`,
        },
        { code: 'first-time', detail: 'This is the first message here from this address.' },
      ],
    };
  return {
    ...common,
    verdict: number % 4 === 3 ? 'unchecked' : 'verified',
    sentence: number % 4 === 3 ? 'Could not be checked' : `Really from ${domain}`,
    reason:
      number % 4 === 3
        ? `Your mail server (mx.home.example) found nothing that shows whether ${domain} sent it.`
        : `Your mail server (mx.home.example) checked it: ${domain} vouches for this message. That says nothing about who ${domain} is.`,
    results: [],
  };
}

/** What main would say when it checked the signature of that mail itself. */
export function checkedTrust(row: FullMessage | null): Partial<MessageTrust> {
  const domain = row?.from[0]?.address.split('@')[1] ?? '';
  return {
    verdict: 'verified',
    sentence: `Really from ${domain}`,
    reason: `Posthorn checked its signature: ${domain} vouches for this message. That says nothing about who ${domain} is.`,
    checkedBy: 'Posthorn',
    results: [{ method: 'dkim', result: 'pass', domain }],
    canCheck: false,
  };
}
