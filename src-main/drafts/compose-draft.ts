import { AppError } from '../../src-shared/error.ts';
import type { AccountSettings, Identity } from '../../src-shared/model/account.ts';
import type { MailAddress } from '../../src-shared/model/message.ts';
import { checkAddress, parseAddressField } from '../mime/compose/address-list.ts';
import {
  composeMessage,
  newMessageId,
  type ComposeAttachment,
  type ComposedMessage,
} from '../mime/compose/compose-message.ts';
import { badField, guardField } from '../mime/compose/field-guard.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { StoredDraft } from './stored-draft.ts';

/** Who speaks: a chosen identity, the account's first otherwise; `from` overrides the address. */
export function senderOf(
  account: AccountSettings,
  identityId: string | null,
  from: string | undefined,
): { from: MailAddress; replyTo: MailAddress[] } {
  const first = account.identities[0];
  let identity: Identity | undefined =
    account.identities.find((candidate) => candidate.identityId === identityId) ?? first;
  let address: MailAddress | null = null;
  if (from !== undefined) {
    const given = parseAddressField('From', from);
    if (given.length !== 1 || given[0] === undefined) throw badField('From', 'it must be one address.');
    address = given[0];
    identity =
      account.identities.find(
        (candidate) => candidate.address.toLowerCase() === address?.address.toLowerCase(),
      ) ?? identity;
  }
  const ownAddress = identity?.address ?? account.address;
  const sameAddress = address === null || address.address.toLowerCase() === ownAddress.toLowerCase();
  const name =
    address !== null && address.name !== ''
      ? address.name
      : sameAddress
        ? guardField('Your name', identity?.name ?? '')
        : '';
  return {
    from: { name, address: address?.address ?? checkAddress('From', guardField('From', ownAddress)) },
    replyTo:
      identity?.replyTo === undefined || identity.replyTo === ''
        ? []
        : parseAddressField('Reply-To', identity.replyTo),
  };
}

/** The message of a draft, to be sent; its Message-ID is a new one unless given. @throws AppError `bad-params` naming a field, `not-found` for a lost attachment */
export async function composeDraft(
  draft: StoredDraft,
  account: AccountSettings,
  from: string | undefined,
  now: number,
  blobs: Blobs,
  messageIdHeader?: string,
): Promise<ComposedMessage> {
  const sender = senderOf(account, draft.identityId, from);
  const to = parseAddressField('To', draft.to);
  const cc = parseAddressField('Cc', draft.cc);
  const bcc = parseAddressField('Bcc', draft.bcc);
  if (to.length + cc.length + bcc.length === 0) throw badField('To', 'the message has no recipient.');
  return await composeMessage({
    ...bodyOf(draft),
    ...sender,
    to,
    cc,
    bcc,
    attachments: await attachmentsOf(draft, blobs),
    messageIdHeader: messageIdHeader ?? newMessageId(sender.from.address),
    date: now,
  });
}

/** The copy for the Drafts folder: what cannot be sent yet (half an address) is left out, never refused. */
export async function composeDraftCopy(
  draft: StoredDraft,
  account: AccountSettings,
  messageIdHeader: string,
  now: number,
  blobs: Blobs,
): Promise<ComposedMessage> {
  const lenient = (field: string, entries: readonly string[]): MailAddress[] =>
    entries.flatMap((entry) => {
      try {
        return parseAddressField(field, entry);
      } catch {
        return [];
      }
    });
  return await composeMessage({
    ...bodyOf({ ...draft, subject: draft.subject.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ') }),
    ...senderOf(account, draft.identityId, undefined),
    to: lenient('To', draft.to),
    cc: lenient('Cc', draft.cc),
    bcc: lenient('Bcc', draft.bcc),
    attachments: await attachmentsOf(draft, blobs),
    messageIdHeader,
    date: now,
    keepBcc: true,
  });
}

function bodyOf(draft: StoredDraft) {
  return {
    subject: draft.subject,
    text: draft.text === '' && draft.html !== null ? null : draft.text,
    html: draft.html,
    inReplyTo: draft.inReplyToHeader,
    references: draft.references,
    ...(draft.machine === undefined ? {} : { machine: draft.machine }),
  };
}

async function attachmentsOf(draft: StoredDraft, blobs: Blobs): Promise<ComposeAttachment[]> {
  return await Promise.all(
    draft.attachments.map(async ({ blob, filename, contentType, contentId }) => {
      const bytes = await blobs.get(blob);
      if (bytes === null) {
        throw new AppError({
          code: 'not-found',
          scope: 'message',
          next: 'tell-user',
          detail: `The attachment “${filename}” is gone or damaged on this computer. The message was not sent; attach it again.`,
        });
      }
      return { bytes, filename, contentType, contentId };
    }),
  );
}
