import { AppError } from '../../src-shared/error.ts';
import type { DraftSave } from '../../src-shared/ipc/areas/sending.ts';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import { formatAddress } from '../mime/compose/address-list.ts';
import { isMessageId } from '../mime/compose/compose-message.ts';
import { badField } from '../mime/compose/field-guard.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { newId } from '../platform/ids.ts';
import { takeAttachments } from './draft-attachments.ts';
import type { DraftCopies } from './draft-copies.ts';
import type { DraftStore } from './draft-store.ts';
import type { StoredDraft } from './stored-draft.ts';

/** The copy on the server follows this long after the last save: autosave comes every 5 s while typing. */
const copyAfter = 30_000;

export interface DraftPorts {
  store: DraftStore;
  copies: DraftCopies;
  blobs: Blobs;
  clock: Clock;
  crash: CrashControl;
  /** @throws AppError when there is no such account */
  needAccount(accountId: string): void;
  rowOf(messageId: string): Promise<MessageRow | null>;
  /** Exact bytes, here or fetched. @throws AppError `not-cached` */
  rawOf(messageId: string): Promise<Uint8Array>;
  read(bytes: Uint8Array): Promise<ReadMail>;
  part(bytes: Uint8Array, partId: string): Promise<Uint8Array | null>;
  /** Null: it could not be made safe. */
  cleanHtml(html: string): Promise<string | null>;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

export interface Drafts {
  list(accountId?: string): StoredDraft[];
  need(draftId: string): StoredDraft;
  /** Durable when it resolves. `close`: the copy on the server is made now. */
  save(params: DraftSave): Promise<StoredDraft>;
  /** The draft that `params` describe, attachments taken in, but not kept as a draft. */
  build(params: DraftSave): Promise<StoredDraft>;
  /** Puts a draft back as it was (a sending that was taken back). */
  restore(draft: StoredDraft): Promise<void>;
  discard(draftId: string): Promise<void>;
  open(messageId: string): Promise<string>;
  /** Copies that were due when the program ended are made now. */
  start(): Promise<void>;
  /** Makes the copies on servers that are due later now. */
  flush(accountId?: string): Promise<void>;
  forget(accountId: string): Promise<void>;
  blobs(): string[];
  stop(): void;
}

export function createDrafts(ports: DraftPorts): Drafts {
  const { store, copies, blobs, clock, crash, rowOf, rawOf, read, part } = ports;
  const due = new Map<string, Timer>();

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

  function need(draftId: string): StoredDraft {
    const draft = store.get(draftId);
    if (draft === undefined) throw notFound('That draft is not here any more: it was sent or thrown away.');
    return draft;
  }

  async function build(params: DraftSave): Promise<StoredDraft> {
    ports.needAccount(params.accountId);
    const old = params.draftId === undefined ? undefined : need(params.draftId);
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

  function copyLater(draft: StoredDraft): void {
    due.get(draft.draftId)?.cancel();
    due.set(
      draft.draftId,
      clock.setTimeout(() => void copyNow(draft.draftId), copyAfter),
    );
  }

  async function copyNow(draftId: string): Promise<void> {
    due.get(draftId)?.cancel();
    due.delete(draftId);
    const draft = store.get(draftId);
    if (draft === undefined) return;
    try {
      await copies.update(draft);
    } catch (thrown) {
      // The draft itself is safe in its file; its copy comes with the next save.
      ports.log('warn', 'the copy of a draft could not be made', {
        reason: thrown instanceof Error ? thrown.message : 'unknown',
      });
    }
  }

  return {
    list: (accountId) =>
      store.all().filter((draft) => accountId === undefined || draft.accountId === accountId),
    need,
    build,
    async save(params) {
      const old = params.draftId === undefined ? undefined : need(params.draftId);
      const draft = await build(params);
      crash.reach('draft.blob-written');
      // Sent or thrown away while its attachments were read: a late autosave must not bring it back.
      if (old !== undefined) need(draft.draftId);
      await store.put(draft);
      crash.reach('draft.saved');
      if (old !== undefined && old.accountId !== draft.accountId) {
        await copies.remove(old);
        await store.changeCopies(draft.draftId, () => []);
      }
      if (params.close === true) await copyNow(draft.draftId);
      else copyLater(draft);
      return draft;
    },
    async restore(draft) {
      await store.put(draft);
      copyLater(draft);
    },
    async discard(draftId) {
      due.get(draftId)?.cancel();
      due.delete(draftId);
      const draft = store.get(draftId);
      if (draft === undefined) return;
      await copies.remove(draft);
      await store.remove(draftId);
    },
    async open(messageId) {
      const row = await rowOf(messageId);
      const known = store
        .all()
        .find((draft) =>
          draft.copies.some(
            (copy) =>
              copy.messageId === messageId ||
              (row !== null && copy.messageIdHeader === row.messageIdHeader && row.messageIdHeader !== ''),
          ),
        );
      if (known !== undefined) return known.draftId;
      if (row === null) throw notFound('That message is not here any more.');
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
        html: mail.html === null ? null : await ports.cleanHtml(mail.html),
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
      await store.put(draft);
      return draft.draftId;
    },
    async start() {
      for (const draft of store.all()) {
        if (!draft.copies.some((copy) => copy.of === draft.savedAt)) await copyNow(draft.draftId);
      }
    },
    async flush(accountId) {
      for (const draftId of [...due.keys()]) {
        if (accountId === undefined || store.get(draftId)?.accountId === accountId) await copyNow(draftId);
      }
    },
    async forget(accountId) {
      for (const draft of store.all()) {
        if (draft.accountId !== accountId) continue;
        due.get(draft.draftId)?.cancel();
        due.delete(draft.draftId);
        await store.remove(draft.draftId);
      }
    },
    blobs: () => store.all().flatMap((draft) => draft.attachments.map((attachment) => attachment.blob)),
    stop() {
      for (const timer of due.values()) timer.cancel();
      due.clear();
    },
  };
}

function addressesOf(input: DraftSave['to']): string[] | undefined {
  if (input === undefined) return undefined;
  if (typeof input === 'string') return input.trim() === '' ? [] : [input];
  return input.map((entry) =>
    typeof entry === 'string' ? entry : formatAddress({ name: entry.name ?? '', address: entry.address }),
  );
}

function notFound(detail: string): AppError {
  return new AppError({ code: 'not-found', scope: 'message', next: 'tell-user', detail });
}
