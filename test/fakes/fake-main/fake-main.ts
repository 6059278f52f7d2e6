import type { AppErrorData } from '../../../src-shared/error.ts';
import type { EventName, Events } from '../../../src-shared/ipc/contract.ts';
import type { FullMessage, InvitationAnswer } from '../../../src-shared/ipc/areas/mail.ts';
import type { JournalEntry } from '../../../src-shared/ipc/areas/journal.ts';
import type { OutboxItem } from '../../../src-shared/ipc/areas/sending.ts';
import type { MessageTrust } from '../../../src-shared/ipc/areas/trust.ts';
import type { WindowAnswer, WindowCall } from '../../../src-shared/ipc/window-messages.ts';
import { defaultSettings } from '../../../src-shared/settings.ts';
import type { PosthornBridge } from '../../../src-renderer/page-bridge/bridge.ts';
import { FakeAnswers } from './fake-answers.ts';
import { FakeServerSide } from './fake-server-side.ts';
import { FakeReports } from './fake-reports.ts';
import { FakeSending } from './fake-sending.ts';
import { FakeStore } from './fake-store.ts';
import { checkedTrust, madeTrust } from './fake-trust.ts';
import { makeAccounts, makeFolders, makeInfo, type FakeWorld } from './fake-world.ts';
import { madeTransfer } from './made-transfer.ts';
import { madeMail, newsletterHtml, plainText } from './made-mail.ts';

type Given = Record<string, never> & {
  messageIds: string[];
  messageId: string;
  opIds: string[];
  folderId: string;
};

/** Main as the window sees it, without a process: answers the contract from made-up mail and keeps what it was asked. */
export class FakeMain {
  readonly store = new FakeStore();
  readonly sending = new FakeSending(
    (event, params) => this.emit(event, params),
    () => this.#accounts,
  );
  readonly #serverSide = new FakeServerSide(() => this.store.folders.values());
  readonly #reports = new FakeReports(
    (messageId) => this.store.row(messageId),
    (folderId) => {
      const number = this.store.folders.get(folderId)?.numbers[0];
      return number === undefined ? null : `m${number}`;
    },
  );
  readonly calls: { method: string; params: unknown }[] = [];
  /** Methods that answer with this error, by name. */
  readonly refusals = new Map<string, AppErrorData>();
  /** What single messages hold besides what is made up, by id. */
  readonly mails = new Map<string, Partial<FullMessage>>();
  /** And what is known of their senders. */
  readonly trusts = new Map<string, Partial<MessageTrust>>();
  readonly #answers = new FakeAnswers(this.mails, (items) => this.emit('outbox.changed', { items }));
  #listener: (message: unknown) => void = () => undefined;
  readonly #undo = new Map<string, () => void>();
  #lastOp = 0;
  #info;
  #accounts;
  #settings: Record<string, unknown>;
  #journal: JournalEntry[];
  #outbox: OutboxItem[] = [];

  constructor(world: FakeWorld) {
    this.#info = makeInfo(world);
    this.#accounts = makeAccounts(world);
    this.#settings = { ...defaultSettings, ...world.settings };
    this.#journal = world.waiting === true ? waitingChanges() : [];
    this.store.delay = world.storeDelay ?? 0;
    this.store.conversation = world.conversation ?? 3;
    this.store.fail = world.storeFails ?? null;
    let next = 1000;
    for (const { record, count } of makeFolders(world)) {
      this.store.addFolder(record, count, next);
      next += Math.max(1000, Math.ceil(count / 1000) * 1000) + 5000;
    }
    // The other inboxes lie among the days of the first.
    for (const [at, id] of ['work/INBOX', 'club/INBOX'].entries()) {
      const folder = this.store.folders.get(id);
      const first = this.store.folders.get('personal/INBOX');
      if (folder === undefined || first === undefined || first.numbers.length < 1000) continue;
      const own = first.numbers.filter((number) => number < 1900 && number % 3 === at + 1);
      first.numbers = first.numbers.filter((number) => number >= 1900 || number % 3 !== at + 1);
      folder.numbers = own;
    }
    this.store.listen();
    if (first(this.store) !== null) this.store.tell(this.store.folders.keys());
  }

  bridge(): PosthornBridge {
    return {
      shell: 'chromium',
      ready: () => undefined,
      send: (message) => this.#receive(message as WindowCall),
      onMessage: (listener) => {
        this.#listener = listener;
      },
      sendText: () => undefined,
      onText: () => undefined,
    };
  }

  emit<E extends EventName>(event: E, params: Events[E]): void {
    this.#listener({ event, params });
  }

  setOnline(online: boolean, reason: 'user' | 'no-network' = 'user'): void {
    this.#info = {
      ...this.#info,
      online,
      offlineReason: online ? null : reason,
      offlineSince: online ? null : new Date().toISOString(),
    };
    this.emit('app.changed', { info: this.#info });
  }

  #receive({ call, method, params }: WindowCall): void {
    this.calls.push({ method, params });
    const refusal = this.refusals.get(method);
    const answer: WindowAnswer =
      refusal === undefined
        ? { call, ok: true, value: this.#answer(method, (params ?? {}) as Given) }
        : { call, ok: false, error: refusal };
    const missing = method === 'message.get' && answer.ok && answer.value === null;
    queueMicrotask(() =>
      this.#listener(
        missing
          ? {
              call,
              ok: false,
              error: {
                code: 'not-cached',
                scope: 'message',
                next: 'wait-online',
                detail: 'This message was not fetched yet.',
              },
            }
          : answer,
      ),
    );
  }

  #answer(method: string, given: Given): unknown {
    const settings = given as unknown as {
      settings: Record<string, unknown>;
      text: string;
      add?: string[];
      remove?: string[];
      online: boolean;
      send: boolean;
      threadId: string;
      opId: string;
      messageId: string;
      outboxId: string;
      answer: InvitationAnswer;
    };
    switch (method) {
      case 'app.info':
        return this.#info;
      case 'account.list':
        return this.#accounts;
      case 'settings.get':
        return { settings: this.#settings };
      case 'settings.set':
        this.#settings = { ...this.#settings, ...settings.settings };
        return { settings: this.#settings };
      case 'journal.list':
        return this.#journal;
      case 'outbox.list':
        return this.#outbox;
      case 'journal.cancel':
      case 'journal.retry':
        this.#journal = this.#journal.filter((entry) => entry.opId !== settings.opId);
        this.emit('journal.changed', { entries: this.#journal });
        return {};
      case 'connectivity.set':
        this.setOnline(settings.online);
        return {};
      case 'thread.get':
        return this.store.thread(settings.threadId);
      case 'message.get':
        return this.#message(given.messageId);
      case 'message.trust':
        return {
          ...madeTrust(this.#message(given.messageId), Number(given.messageId.slice(1).split('.')[0])),
          ...this.trusts.get(given.messageId),
        };
      case 'message.checkSender': {
        const id = given.messageId;
        this.trusts.set(id, { ...this.trusts.get(id), ...checkedTrust(this.#message(id)) });
        return {
          ...madeTrust(this.#message(id), Number(id.slice(1).split('.')[0])),
          ...this.trusts.get(id),
        };
      }
      case 'message.unsubscribe':
        return { host: 'canal.example' };
      case 'message.loadRemote':
        return { html: newsletterHtml, sections: [], shown: 1, failed: 0 };
      case 'message.source':
        return { base64: btoa(`Subject: made up\r\n\r\n${plainText.replace(/[^\x00-\x7f]/g, '?')}`) };
      case 'message.attachment':
        return { base64: btoa('Name;Paper\nPoster;uncoated <b>135 g</b>\n') };
      case 'message.saveAttachments':
        return { files: ['/home/ina/Downloads/a', '/home/ina/Downloads/b', '/home/ina/Downloads/c'] };
      case 'transfer.list':
        return [];
      case 'transfer.exportTo':
      case 'transfer.cancel':
        this.emit('transfer.changed', { transfers: [madeTransfer(method === 'transfer.cancel')] });
        return { transferId: 't1' };
      case 'message.save':
      case 'message.saveAttachment':
        return { file: '/home/ina/Downloads/file' };
      case 'message.archive':
        return this.#move(given.messageIds, (accountId) => `${accountId}/Archive`);
      case 'message.delete':
        return this.#move(given.messageIds, (accountId) => `${accountId}/Trash`);
      case 'message.move':
        return this.#move(given.messageIds, () => given.folderId);
      case 'message.markJunk':
        return this.#move(given.messageIds, (accountId) => `${accountId}/Junk`);
      case 'message.setFlags': {
        const opId = this.#op(() =>
          this.store.setFlags(given.messageIds, settings.remove ?? [], settings.add ?? [], false),
        );
        this.store.setFlags(given.messageIds, settings.add ?? [], settings.remove ?? [], !this.#info.online);
        return { opIds: [opId] };
      }
      case 'message.undo':
        for (const opId of given.opIds) this.#undo.get(opId)?.();
        return { undone: given.opIds };
      case 'search.query':
        return this.#search(settings.text);
      default:
        return (
          this.#answers.answer(method, settings) ??
          this.#serverSide.answer(method, given) ??
          this.sending.answer(method, given) ??
          this.#reports.answer(method, given) ??
          {}
        );
    }
  }

  #op(undo: () => void): string {
    this.#lastOp += 1;
    const opId = `op${this.#lastOp}`;
    this.#undo.set(opId, undo);
    return opId;
  }

  #move(messageIds: string[], target: (accountId: string) => string): { opIds: string[] } {
    const byFolder = Map.groupBy(
      messageIds.filter((id) => !id.includes('.')),
      (id) => this.store.folderIdOf(Number(id.slice(1))) ?? '',
    );
    const opIds = [...byFolder].map(([from, ids]) => {
      this.store.move(ids, target(from.split('/')[0] ?? ''), !this.#info.online);
      return this.#op(() => this.store.move(ids, from, false));
    });
    return { opIds };
  }

  #message(messageId: string): FullMessage | null {
    const number = Number(messageId.slice(1).split('.')[0]);
    const row = messageId.includes('.')
      ? this.store.thread(`t${number}`).find((other) => other.messageId === messageId)
      : this.store.row(messageId);
    if (row === null || row === undefined) return null;
    if (!row.readableOffline && !this.#info.online) return null;
    const mail = madeMail(number);
    const html = mail.html ? newsletterHtml : null;
    const file = (partId: string, filename: string, contentType: string, size: number) => ({
      partId,
      filename,
      contentType,
      size,
      disposition: 'attachment' as const,
      contentId: null,
      embedded: false,
    });
    return {
      ...row,
      headers: [],
      cc: [{ name: 'Chidi Okafor', address: 'chidi@okafor.example' }],
      bcc: [],
      replyTo: [],
      text: plainText,
      html,
      attachments: mail.hasAttachments
        ? [
            file('2', 'Invoice 2026-1148.pdf', 'application/pdf', 214_000),
            file(
              '3',
              'Poster A1 harbour museum, third proof with corrected date.pdf',
              'application/pdf',
              4_400_000,
            ),
            file('4', 'Colours uncoated.zip', 'application/zip', 12_000),
            file('5', 'Paper.csv', 'text/csv', 41),
          ]
        : [],
      protection: [],
      sections: [],
      ...this.#reports.told(messageId),
      invitation: null,
      invitationAnswer: null,
      receiptWish: null,
      remoteImages:
        html === null
          ? { count: 0, hosts: [], trackers: [] }
          : {
              count: 12,
              hosts: ['cdn.canal.example'],
              trackers: [
                { host: 'canal.list-manage.com', service: 'Mailchimp' },
                { host: 'open.canal.example', service: null },
                { host: 'cdn.canal.example', service: null },
              ],
            },
      inReplyTo: '',
      references: [],
      defects:
        number % 15 === 12
          ? [
              {
                code: 'multipart-unterminated',
                detail: 'The mark at the end of the message is missing; it may be cut off.',
              },
            ]
          : [],
      ...this.mails.get(messageId),
    };
  }

  #search(text: string) {
    const words = text.toLowerCase().split(/\s+/);
    const rows = [...this.store.folders.values()]
      .flatMap((folder) => [...folder.numbers.subarray(0, 60)])
      .map((number) => this.store.row(`m${number}`))
      .filter((row) => row !== null)
      .filter((row) =>
        words.every((word) =>
          `${row.subject} ${row.preview} ${row.from.map((person) => person.name).join(' ')}`
            .toLowerCase()
            .includes(word),
        ),
      );
    return { rows, total: rows.length, searched: 12_431, of: 80_200, complete: false };
  }
}

function first(store: FakeStore): string | null {
  return store.folders.keys().next().value ?? null;
}

function waitingChanges(): JournalEntry[] {
  const at = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const entry = (
    opId: string,
    accountId: string,
    kind: string,
    sentence: string,
    minutesAgo: number,
  ): JournalEntry => ({
    opId,
    accountId,
    kind,
    sentence,
    state: 'queued',
    tries: 0,
    nextTryAt: null,
    error: null,
    messageIds: [],
    at: at(minutesAgo),
    cancellable: true,
  });
  return [
    entry('w1', 'club', 'move', 'Move “Boat hire for the spring regatta” to Committee', 20),
    entry('w2', 'personal', 'flags', 'Mark 2 messages as read in Inbox', 15),
    entry('w3', 'personal', 'delete', 'Move “How was your journey?” to Trash', 8),
    {
      ...entry('w4', 'personal', 'append', 'Keep “Scan of the lease” in Sent', 45),
      state: 'parked',
      error: {
        code: 'quota',
        scope: 'message',
        next: 'tell-user',
        detail:
          'The server example.org did not take this copy: the mailbox is full. The copy is kept on this computer.',
        server: {
          host: 'imap.example.org:993',
          text: 'a47 NO [OVERQUOTA] Quota exceeded (mailbox for user is full)',
          code: 'OVERQUOTA',
        },
      },
    },
  ];
}
