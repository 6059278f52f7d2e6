import type { AccountView } from '../../../src-shared/ipc/areas/account.ts';
import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import type { Identity } from '../../../src-shared/model/account.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import {
  addRecipients,
  isMailAddress,
  parseAddressList,
  sameAddress,
  type Recipient,
} from './address-list.ts';

export type AnswerKind = 'reply' | 'reply-all' | 'forward';

/** An identity with the account that sends for it. */
export interface Sender {
  account: AccountView;
  identity: Identity;
}

export function sendersOf(accounts: readonly AccountView[]): Sender[] {
  return accounts.flatMap((account) =>
    account.settings.identities.map((identity) => ({ account, identity })),
  );
}

const replyMarks = /^\s*(?:(?:re|aw|antw|sv|vs|ref|rif|odp|ynt|回复|返信)(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+/iu;
const forwardMarks = /^\s*(?:(?:fwd?|wg|tr|vl|vb|enc|rv|i|转发|転送)(?:\[\d+\])?\s*[:：]\s*)+/iu;

/** "Re:" once, whatever marks in whatever language stood there. */
export function replySubject(subject: string): string {
  return `Re: ${subject.replace(replyMarks, '').trim()}`.trim();
}

export function forwardSubject(subject: string): string {
  return `Fwd: ${subject.replace(forwardMarks, '').trim()}`.trim();
}

function header(message: FullMessage, name: string): string {
  return message.headers.find((one) => one.name.toLowerCase() === name)?.value ?? '';
}

/** The address to which one posts, for a message that came through a mailing list. */
export function listAddress(message: FullMessage): string | null {
  const post = /<mailto:([^>?]+)/iu.exec(header(message, 'list-post'))?.[1];
  if (post !== undefined && isMailAddress(post)) return post;
  if (header(message, 'list-id') === '') return null;
  // Without List-Post the list is known only when it asks for answers itself.
  return message.replyTo[0]?.address ?? null;
}

const recipient = (person: MailAddress): Recipient => ({
  name: person.name,
  address: person.address,
  valid: isMailAddress(person.address),
});

/**
 * Who gets the answer. Own addresses are left out unless nobody else remains.
 *
 * `wroteIt`: an address of the account that holds the message. What one's other account sent here is answered to it.
 */
export function answerRecipients(
  message: FullMessage,
  kind: AnswerKind,
  isOwn: (person: MailAddress) => boolean,
  wroteIt = isOwn,
): { to: Recipient[]; cc: Recipient[] } {
  if (kind === 'forward') return { to: [], cc: [] };
  const fromSelf = message.from.some(wroteIt);
  // An own mail answered goes on to those it went to.
  const target = fromSelf ? message.to : message.replyTo.length > 0 ? message.replyTo : message.from;
  const direct = addRecipients([], target.map(recipient));
  if (kind === 'reply') return { to: direct, cc: [] };
  const followUp = parseAddressList(header(message, 'mail-followup-to'));
  if (followUp.length > 0 && followUp.every((one) => one.valid)) return { to: followUp, cc: [] };
  const others = (people: readonly MailAddress[]): Recipient[] =>
    people.filter((person) => !isOwn(person)).map(recipient);
  const to = addRecipients(
    fromSelf ? direct : direct.filter((one) => !isOwn(one) || direct.length === 1),
    others(message.to),
  );
  const cc = others(message.cc).filter((one) => !to.some((known) => sameAddress(known, one)));
  return { to, cc: addRecipients([], cc) };
}

/** The identity that the mail was addressed to, or sent from; null when none of ours is named in it. */
export function addressedSender(message: FullMessage, senders: readonly Sender[]): Sender | null {
  const delivered = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) =>
    parseAddressList(header(message, name)),
  );
  const inAccount = (sender: Sender): boolean => sender.account.accountId === message.accountId;
  const ordered = [...senders.filter(inAccount), ...senders.filter((sender) => !inAccount(sender))];
  const own = ordered.filter(inAccount);
  for (const [people, among] of [
    [message.from, own],
    [message.to, ordered],
    [message.cc, ordered],
    [delivered, ordered],
    [message.from, ordered],
  ] as const) {
    const found = among.find((sender) =>
      people.some((person) => person.address.toLowerCase() === sender.identity.address.toLowerCase()),
    );
    if (found !== undefined) return found;
  }
  return null;
}

export function senderFor(message: FullMessage, senders: readonly Sender[]): Sender | null {
  return (
    addressedSender(message, senders) ??
    senders.find((sender) => sender.account.accountId === message.accountId) ??
    senders[0] ??
    null
  );
}
