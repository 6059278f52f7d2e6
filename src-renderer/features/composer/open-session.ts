import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import type { Draft } from '../../../src-shared/ipc/areas/sending.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { parseAddressList } from './address-list.ts';
import {
  addressedSender,
  answerRecipients,
  forwardSubject,
  listAddress,
  replySubject,
  senderFor,
  type AnswerKind,
  type Sender,
} from './answering.ts';
import type { SessionStart } from './session-start.ts';
import type { Mailto } from './mailto.ts';
import { plainBody, richBody } from './quoting.ts';
import { signatureHtml, signatureText } from './signature.ts';
import { textToHtml } from './text-body.ts';

export function startNew(sender: Sender, rich: boolean, mailto: Mailto | null): SessionStart {
  const { signature } = sender.identity;
  const body = mailto?.body ?? '';
  return {
    sender,
    rich,
    ...(mailto === null ? {} : { to: mailto.to, cc: mailto.cc, bcc: mailto.bcc, subject: mailto.subject }),
    text:
      body === ''
        ? plainBody(null, null, signature)
        : `${body}${signature === '' ? '' : `\n\n${signatureText(signature)}`}`,
    html: body === '' ? richBody(null, null, signature) : `${textToHtml(body)}${signatureHtml(signature)}`,
  };
}

export function startAnswer(
  message: FullMessage,
  kind: AnswerKind,
  senders: readonly Sender[],
  rich: boolean,
  isOwn: (person: MailAddress) => boolean,
): SessionStart | null {
  const sender = senderFor(message, senders);
  if (sender === null) return null;
  const { signature } = sender.identity;
  const holders = new Set(
    senders
      .filter(({ account }) => account.accountId === message.accountId)
      .map(({ identity }) => identity.address.toLowerCase()),
  );
  return {
    sender,
    rich,
    ...answerRecipients(message, kind, isOwn, ({ address }) => holders.has(address.toLowerCase())),
    subject: kind === 'forward' ? forwardSubject(message.subject) : replySubject(message.subject),
    text: plainBody(message, kind, signature),
    html: richBody(message, kind, signature),
    ...(kind === 'forward' ? { forwardOf: message.messageId } : { inReplyTo: message.messageId }),
    expectedFrom: kind === 'forward' ? null : (addressedSender(message, senders)?.identity.address ?? null),
    list: kind === 'forward' ? null : listAddress(message),
  };
}

export function startDraft(draft: Draft, senders: readonly Sender[], rich: boolean): SessionStart | null {
  const ofAccount = senders.filter((sender) => sender.account.accountId === draft.accountId);
  const sender =
    ofAccount.find((one) => one.identity.identityId === draft.identityId) ?? ofAccount[0] ?? senders[0];
  if (sender === undefined) return null;
  return {
    sender,
    // A plain draft stays plain; an empty one follows the habit.
    rich: draft.html !== null || (rich && draft.text.trim() === ''),
    to: draft.to.flatMap(parseAddressList),
    cc: draft.cc.flatMap(parseAddressList),
    bcc: draft.bcc.flatMap(parseAddressList),
    subject: draft.subject,
    text: draft.text,
    html: draft.html ?? textToHtml(draft.text),
    inReplyTo: draft.inReplyTo,
    forwardOf: draft.forwardOf,
    wantsReport: draft.dsn === 'delivery',
    draftId: draft.draftId,
    savedAt: draft.savedAt,
    problem: draft.problem,
  };
}
