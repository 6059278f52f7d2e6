import { domainToASCII } from 'node:url';
import type { MessageTrust } from '../../src-shared/ipc/areas/trust.ts';
import type { MailHeader } from '../../src-shared/model/mail.ts';
import { shownHost } from '../../src-shared/text/shown-host.ts';

export interface ListFacts {
  /** Identifier of the list ("news.example.org"), "" when there is none (RFC 2919). */
  listId: string;
  list: MessageTrust['list'];
  unsubscribe: MessageTrust['unsubscribe'];
}

/** What a message says about the mailing list it came through (RFC 2919, 2369, 8058). */
export function listFacts(headers: readonly MailHeader[]): ListFacts {
  const field = (name: string): string =>
    headers.find((header) => header.name.toLowerCase() === name)?.value.slice(0, 8_192) ?? '';
  const idField = field('list-id');
  const listId = (/<([^<>\s]+)>\s*$/.exec(idField)?.[1] ?? '').toLowerCase();
  const words = idField
    .replace(/<[^<>]*>\s*$/, '')
    .trim()
    .replace(/^"|"$/g, '');
  const addresses = [...field('list-unsubscribe').matchAll(/<([^<>]+)>/g)].map(([, address = '']) =>
    address.replace(/\s/g, ''),
  );
  const urls = addresses.map((address) => URL.parse(address)).filter((url) => url !== null);
  const page = urls.find(({ protocol }) => protocol === 'https:');
  // Without an address before the “?” nobody could be told whom the mail would go to.
  const mail = urls.find(({ protocol, pathname }) => protocol === 'mailto:' && pathname !== '');
  const clear = urls.find(({ protocol }) => protocol === 'http:');
  // RFC 8058 3.1: exactly this word, and an https address.
  const oneClick = /^\s*List-Unsubscribe\s*=\s*One-Click\s*$/i.test(field('list-unsubscribe-post'));
  const at = (kind: 'one-click' | 'page', url: URL): NonNullable<MessageTrust['unsubscribe']> => {
    url.username = '';
    url.password = '';
    return { kind, target: shownHost(url.hostname), url: url.href };
  };
  return {
    listId: listId.includes('.') ? domainToASCII(listId) : '',
    list: idField === '' ? null : { name: words === '' ? listId : words },
    unsubscribe:
      oneClick && page !== undefined
        ? at('one-click', page)
        : mail !== undefined
          ? { kind: 'mail', target: plainly(mail.pathname), url: mail.href }
          : page !== undefined
            ? at('page', page)
            : clear !== undefined
              ? at('page', clear)
              : null,
  };
}

/** As it is shown: decoded, in one line. */
function plainly(address: string): string {
  try {
    return decodeURIComponent(address).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  } catch {
    return address;
  }
}
