import type { DraftSave } from '../../src-shared/ipc/areas/sending.ts';
import { formatAddress } from '../mime/compose/address-list.ts';
import { isMessageId } from '../mime/compose/compose-message.ts';
import { badField } from '../mime/compose/field-guard.ts';
import { newId } from '../platform/ids.ts';
import { takeAttachments } from './draft-attachments.ts';
import { notFound, type DraftPorts } from './draft-ports.ts';
import type { StoredDraft } from './stored-draft.ts';

type BuildPorts = Pick<DraftPorts, 'blobs' | 'clock' | 'rowOf' | 'rawOf' | 'read' | 'part'>;

/** Makes the draft that is to be saved or sent out of what the composer says, and of what it was before. */
export function createDraftBuilder({ blobs, clock, rowOf, rawOf, read, part }: BuildPorts) {
  const attachmentPorts = {
    blobs,
    rawOf,
    async partOf(messageId: string, partId: string) {
      const raw = await rawOf(messageId);
      const bytes = await part(raw, partId);
      if (bytes === null) throw notFound(`The message has no part ${partId} that can be read.`);
      const known = (await read(raw)).attachments.find((attachment) => attachment.partId === partId);
      return {
        bytes,
        filename: known?.filename ?? `part-${partId}`,
        contentType: known?.contentType ?? 'application/octet-stream',
      };
    },
    subjectOf: async (messageId: string) => (await rowOf(messageId))?.subject ?? '',
  };

  async function build(params: DraftSave, old: StoredDraft | undefined): Promise<StoredDraft> {
    const parent =
      params.inReplyTo === undefined || (old !== undefined && params.inReplyTo === old.inReplyTo)
        ? null
        : await answered(params.inReplyTo);
    return {
      draftId: old?.draftId ?? newId('d'),
      accountId: params.accountId,
      identityId: params.identityId ?? old?.identityId ?? null,
      to: addressesOf(params.to) ?? old?.to ?? [],
      cc: addressesOf(params.cc) ?? old?.cc ?? [],
      bcc: addressesOf(params.bcc) ?? old?.bcc ?? [],
      subject: params.subject ?? old?.subject ?? '',
      text: params.text ?? old?.text ?? '',
      html: params.html === undefined ? (old?.html ?? null) : params.html,
      attachments:
        params.attachments === undefined
          ? (old?.attachments ?? [])
          : await takeAttachments(params.attachments, old?.attachments ?? [], attachmentPorts),
      inReplyTo: params.inReplyTo === undefined ? (old?.inReplyTo ?? null) : params.inReplyTo,
      inReplyToHeader: parent === null ? (old?.inReplyToHeader ?? null) : parent.header,
      answers: parent === null ? (old?.answers ?? null) : parent.messageId,
      references: parent === null ? (old?.references ?? []) : parent.references,
      forwardOf: params.forwardOf === undefined ? (old?.forwardOf ?? null) : params.forwardOf,
      dsn: params.dsn ?? old?.dsn ?? 'failure',
      savedAt: new Date(clock.now()).toISOString(),
      problem: null,
      copies: old?.copies ?? [],
    };
  }

  /** What RFC 5322 3.6.4 wants from the mail answered; ids that could break a header are left out. */
  async function answered(
    inReplyTo: string | null,
  ): Promise<{ header: string | null; messageId: string | null; references: string[] }> {
    if (inReplyTo === null || inReplyTo === '') return { header: null, messageId: null, references: [] };
    if (inReplyTo.includes('@') || inReplyTo.startsWith('<')) {
      const header = inReplyTo.startsWith('<') ? inReplyTo : `<${inReplyTo}>`;
      if (!isMessageId(header)) throw badField('In-Reply-To', 'it is not a Message-ID.');
      return { header, messageId: null, references: [header] };
    }
    const row = await rowOf(inReplyTo);
    if (row === null) throw notFound('The message that is answered is not here any more.');
    const header = isMessageId(row.messageIdHeader) ? row.messageIdHeader : null;
    let before: string[] = [];
    try {
      const mail = await read(await rawOf(inReplyTo));
      before = mail.references.length > 0 ? mail.references : [mail.inReplyTo];
    } catch {
      // Without its text (offline) the thread hangs on the answered mail alone.
    }
    const references = [...before, ...(header === null ? [] : [header])].filter(
      (id, i, all) => isMessageId(id) && all.lastIndexOf(id) === i,
    );
    return { header, messageId: inReplyTo, references };
  }

  return build;
}

function addressesOf(input: DraftSave['to']): string[] | undefined {
  if (input === undefined) return undefined;
  if (typeof input === 'string') return input.trim() === '' ? [] : [input];
  return input.map((entry) =>
    typeof entry === 'string' ? entry : formatAddress({ name: entry.name ?? '', address: entry.address }),
  );
}
