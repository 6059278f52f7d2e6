import type { EventName, Events } from '../../../src-shared/ipc/contract.ts';
import type { AccountView } from '../../../src-shared/ipc/areas/account.ts';
import type { Draft, DraftAttachment, DraftSave, OutboxItem } from '../../../src-shared/ipc/areas/sending.ts';

type Emit = <E extends EventName>(event: E, params: Events[E]) => void;

const people = [
  { name: 'Ann Lee', address: 'ann.lee@example.net' },
  { name: 'Anneke Visser', address: 'anneke@visser.example' },
  { name: 'Anders Holm', address: 'a.holm@noordlicht.example' },
  { name: 'Marta Lindqvist', address: 'marta@lindqvist-print.example' },
];

/** Drafts, the outbox, people and changes to accounts, for a window under test. */
export class FakeSending {
  readonly drafts = new Map<string, Draft>();
  readonly outbox = new Map<string, { item: OutboxItem; draft: Draft }>();
  readonly #emit: Emit;
  readonly #accounts: () => AccountView[];
  #last = 0;

  constructor(emit: Emit, accounts: () => AccountView[]) {
    this.#emit = emit;
    this.#accounts = accounts;
  }

  /** Undefined: not one of its methods. */
  answer(method: string, params: unknown): unknown {
    const given = params as {
      draftId: string;
      outboxId: string;
      messageId: string;
      text: string;
      accountId: string;
    };
    switch (method) {
      case 'contact.search':
        return people.filter(({ name, address }) =>
          `${name} ${address}`.toLowerCase().includes(given.text.toLowerCase()),
        );
      case 'app.arguments':
        return { mailto: null, messageId: null };
      case 'draft.save': {
        const draft = this.#draft(params as DraftSave);
        this.drafts.set(draft.draftId, draft);
        return { draftId: draft.draftId, savedAt: draft.savedAt, attachments: draft.attachments };
      }
      case 'draft.list':
        return [...this.drafts.values()];
      case 'draft.discard':
        this.drafts.delete(given.draftId);
        return {};
      case 'draft.open':
        return this.#open(given.messageId);
      case 'message.send':
        return this.#send(params as DraftSave);
      case 'outbox.cancel': {
        const held = this.outbox.get(given.outboxId);
        if (held === undefined) return {};
        this.outbox.delete(given.outboxId);
        this.drafts.set(held.draft.draftId, held.draft);
        this.#tell();
        return { draftId: held.draft.draftId };
      }
      case 'log.read':
        return {
          lines: [
            '14:02:11 info  sync: personal is up to date',
            '14:02:12 info  idle: personal waits for news',
          ],
        };
      case 'log.save':
        return { file: '/home/ina/Downloads/posthorn.log' };
      case 'account.update':
      case 'account.remove':
        return this.#account(method, params as { accountId: string });
      default:
        return undefined;
    }
  }

  #account(method: string, change: { accountId: string }): Record<string, never> {
    const { accountId, ...given } = change;
    const accounts = this.#accounts();
    const at = accounts.findIndex((account) => account.accountId === accountId);
    const account = accounts[at];
    if (account === undefined) return {};
    if (method === 'account.remove') accounts.splice(at, 1);
    else {
      const { incoming, outgoing, ...own } = given as Partial<AccountView['settings']>;
      const settings = {
        ...account.settings,
        ...own,
        incoming: { ...account.settings.incoming, ...incoming },
        outgoing: outgoing === null ? null : { ...account.settings.outgoing, ...outgoing },
      } as AccountView['settings'];
      accounts[at] = { ...account, name: settings.name, color: settings.color, settings };
    }
    this.#emit('account.state', { accounts: [...accounts] });
    return {};
  }

  #draft(given: DraftSave): Draft {
    const old = given.draftId === undefined ? undefined : this.drafts.get(given.draftId);
    this.#last += 1;
    const list = (value: DraftSave['to']): string[] =>
      value === undefined
        ? []
        : typeof value === 'string'
          ? [value]
          : value.map((one) => (typeof one === 'string' ? one : one.address));
    return {
      draftId: old?.draftId ?? `draft${String(this.#last)}`,
      accountId: given.accountId,
      identityId: given.identityId ?? null,
      to: list(given.to),
      cc: list(given.cc),
      bcc: list(given.bcc),
      subject: given.subject ?? '',
      text: given.text ?? '',
      html: given.html ?? null,
      attachments: (given.attachments ?? []).map((one) => this.#attachment(one, old?.attachments ?? [])),
      inReplyTo: given.inReplyTo ?? null,
      references: [],
      forwardOf: given.forwardOf ?? null,
      dsn: given.dsn ?? 'failure',
      savedAt: new Date().toISOString(),
      problem: null,
    };
  }

  #attachment(
    given: NonNullable<DraftSave['attachments']>[number],
    kept: DraftAttachment[],
  ): DraftAttachment {
    if ('attachmentId' in given) {
      const known = kept.find((one) => one.attachmentId === given.attachmentId);
      if (known === undefined) throw new Error('no such attachment');
      return known;
    }
    this.#last += 1;
    return {
      attachmentId: `file${String(this.#last)}`,
      filename: given.filename ?? 'file',
      contentType: 'application/octet-stream',
      size: 'base64' in given ? Math.floor((given.base64.length * 3) / 4) : 1000,
      contentId: null,
    };
  }

  #open(messageId: string): { draftId: string } {
    const draft = this.#draft({
      accountId: 'personal',
      to: ['Ann Lee <ann.lee@example.net>'],
      subject: `Draft of ${messageId}`,
      text: 'What I began to write',
    });
    this.drafts.set(draft.draftId, draft);
    return { draftId: draft.draftId };
  }

  #send(given: DraftSave & { undoSeconds?: number; sendAt?: string }): {
    outboxId: string;
    messageIdHeader: string;
  } {
    const draft = this.#draft(given);
    this.drafts.delete(draft.draftId);
    const outboxId = `out${draft.draftId}`;
    const now = new Date().toISOString();
    const seconds = given.undoSeconds ?? 0;
    const item: OutboxItem = {
      outboxId,
      accountId: draft.accountId,
      state: seconds > 0 ? 'undoable' : given.sendAt === undefined ? 'queued' : 'scheduled',
      messageIdHeader: `<${outboxId}@example.org>`,
      subject: draft.subject,
      tries: 0,
      nextTryAt: given.sendAt ?? null,
      undoUntil: seconds > 0 ? new Date(Date.now() + seconds * 1000).toISOString() : null,
      sendAt: given.sendAt ?? null,
      dsn: draft.dsn,
      queuedAt: now,
      sentAt: null,
      recipients: [...draft.to, ...draft.cc, ...draft.bcc].map((address) => ({
        address,
        state: 'waiting',
        reply: null,
        detail: null,
        report: null,
      })),
      error: null,
    };
    this.outbox.set(outboxId, { item, draft });
    this.#tell();
    return { outboxId, messageIdHeader: item.messageIdHeader };
  }

  #tell(): void {
    this.#emit('outbox.changed', { items: [...this.outbox.values()].map(({ item }) => item) });
  }
}
