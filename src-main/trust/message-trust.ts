import type { MessageTrust } from '../../src-shared/ipc/areas/trust.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { FolderRole } from '../../src-shared/model/folder.ts';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { MailAddress } from '../../src-shared/model/message.ts';
import { shownHost } from '../../src-shared/text/shown-host.ts';
import { asciiDomain } from './ascii-domain.ts';
import type { KnownPeople } from './known-people.ts';
import { listFacts } from './list-facts.ts';
import { organisation, ownResults, ownServer } from './own-results.ts';
import { senderWarnings } from './sender-warnings.ts';
import { signatureVerdict } from './signatures/signature-verdict.ts';
import type { Signature } from './signatures/verify-signatures.ts';
import { verdictOf } from './verdict.ts';

export interface TrustQuestion {
  mail: Pick<ReadMail, 'headers' | 'from' | 'to' | 'cc' | 'replyTo'>;
  /** Null for a file that lies in no account. */
  account: AccountSettings | null;
  role: FolderRole | null;
  /** Of all accounts. */
  own: readonly MailAddress[];
  /** Senders whose pictures may be shown. */
  picturesFrom: readonly string[];
  /** Its signatures as Posthorn itself found them; null: it could not read them. Undefined: nobody asked for it. */
  signatures?: readonly Signature[] | null | undefined;
}

/** Who sent a message: what the account's own server found out, and what is odd about the sender. */
export async function messageTrust(question: TrustQuestion, people: KnownPeople): Promise<MessageTrust> {
  const { mail, account, role, own } = question;
  const from = mail.from[0];
  const domain = from === undefined ? '' : asciiDomain(from.address);
  const facts = listFacts(mail.headers);
  const common = {
    domain: shownHost(domain),
    list: facts.list,
    unsubscribe: facts.unsubscribe,
    showImages: false,
    canCheck: false,
  };
  const isOwn = own.some(({ address }) => address.toLowerCase() === from?.address.toLowerCase());
  if (role === 'drafts' || (role === 'sent' && isOwn))
    return {
      ...common,
      verdict: 'own',
      sentence: 'Written by you',
      reason: 'It lies where only mail of your own is kept.',
      checkedBy: null,
      results: [],
      warnings: [],
      unsubscribe: null,
    };
  const addresses = account?.identities.map(({ address }) => address) ?? [];
  const checks =
    account === null
      ? { checkedBy: null, results: [] }
      : ownResults(
          mail.headers,
          ownServer(account.incoming?.host ?? '', addresses, account.authservIds ?? null),
        );
  const warnings = await senderWarnings(mail, own, people);
  const several =
    warnings.some(({ code }) => code === 'several-senders') &&
    (mail.from.some(({ address }) => organisation(asciiDomain(address)) !== organisation(domain)) ||
      mail.headers.filter(({ name }) => name.toLowerCase() === 'from').length > 1);
  const byServer = several
    ? {
        verdict: 'unchecked' as const,
        sentence: 'Could not be checked',
        reason: 'The message names several senders, so that nobody can say which of them was checked.',
        checkedBy: checks.checkedBy,
        results: [],
      }
    : account === null
      ? {
          ...verdictOf(checks, domain, facts.listId),
          reason: 'This is a file. No mail server of yours has checked who wrote it.',
        }
      : verdictOf(checks, domain, facts.listId);
  // The own server's word stands above what is found out here: it saw the message arrive, and the keys of that day.
  const open = !several && checks.checkedBy === null && domain !== '';
  const verdict =
    open && question.signatures !== undefined ? signatureVerdict(question.signatures, domain) : byServer;
  return {
    ...common,
    ...verdict,
    warnings,
    canCheck:
      open &&
      question.signatures === undefined &&
      mail.headers.some(({ name }) => name.toLowerCase() === 'dkim-signature'),
    showImages:
      verdict.verdict === 'verified' &&
      from !== undefined &&
      question.picturesFrom.includes(from.address.toLowerCase()),
  };
}
