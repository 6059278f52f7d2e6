import type { MessageRow } from '../../src-shared/model/message.ts';
import { formatAddress } from '../mime/compose/address-list.ts';
import { isMessageId } from '../mime/compose/compose-message.ts';
import { newId } from '../platform/ids.ts';
import type { DraftPorts } from './draft-ports.ts';
import type { StoredDraft } from './stored-draft.ts';

/** An editable draft of a message in a Drafts folder, which is its copy from now on. @throws AppError `not-cached` */
export async function draftOfMessage(
  row: MessageRow,
  { blobs, clock, rawOf, read, part, cleanHtml }: DraftPorts,
): Promise<StoredDraft> {
  const { messageId } = row;
  const raw = await rawOf(messageId);
  const mail = await read(raw);
  const savedAt = new Date(clock.now()).toISOString();
  const draft: StoredDraft = {
    draftId: newId('d'),
    accountId: row.accountId,
    identityId: null,
    to: mail.to.map(formatAddress),
    cc: mail.cc.map(formatAddress),
    bcc: mail.bcc.map(formatAddress),
    subject: mail.subject,
    text: mail.text,
    html: mail.html === null ? null : await cleanHtml(mail.html),
    attachments: [],
    inReplyTo: isMessageId(mail.inReplyTo) ? mail.inReplyTo : null,
    inReplyToHeader: isMessageId(mail.inReplyTo) ? mail.inReplyTo : null,
    answers: null,
    references: mail.references.filter(isMessageId),
    forwardOf: null,
    dsn: 'failure',
    savedAt,
    problem: null,
    copies: [{ messageId, opId: '', messageIdHeader: row.messageIdHeader, of: savedAt }],
  };
  for (const attachment of mail.attachments) {
    const bytes = await part(raw, attachment.partId);
    if (bytes === null) continue;
    const { filename, contentType, contentId } = attachment;
    draft.attachments.push({
      attachmentId: newId('t'),
      filename,
      contentType,
      contentId,
      size: bytes.length,
      blob: await blobs.put(bytes),
    });
  }
  return draft;
}
