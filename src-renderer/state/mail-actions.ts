import { toAppError } from '../../src-shared/error.ts';
import type { ListRow } from '../../src-shared/model/message.ts';
import type { StoreClient } from '../cache/store-client.ts';
import type { MainClient } from '../ipc/client.ts';
import type { WordKey } from '../i18n/catalogue.ts';
import { t } from '../i18n/t.ts';
import type { MessageList } from './message-list.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

export interface ActionSurroundings {
  main: MainClient;
  store: StoreClient;
  list: MessageList;
  toasts: Toasts;
  /** Rows come from the list, where one may stand for a conversation; hits of a search stand for themselves. */
  fromList(): boolean;
  /** Rows have left the list: the reader shows the row that moved up. */
  afterRemoval(removed: ReadonlySet<string>): void;
}

/**
 * What people do with mail: shown in the same frame, then made durable by main, then offered for
 * undo. A refusal is told and the list is read anew, so that nothing is shown that is not so.
 */
export class MailActions {
  readonly #in: ActionSurroundings;

  constructor(surroundings: ActionSurroundings) {
    this.#in = surroundings;
  }

  archive(rowIds: readonly string[]): Promise<void> {
    return this.#remove(rowIds, 'notice.archived', (messageIds) =>
      this.#in.main.call('message.archive', { messageIds }),
    );
  }

  delete(rowIds: readonly string[], forGood = false): Promise<void> {
    return this.#remove(rowIds, forGood ? 'notice.deletedForGood' : 'notice.deleted', (messageIds) =>
      this.#in.main.call('message.delete', { messageIds }),
    );
  }

  move(rowIds: readonly string[], folderId: string, name: string): Promise<void> {
    return this.#remove(
      rowIds,
      'notice.moved',
      (messageIds) => this.#in.main.call('message.move', { messageIds, folderId }),
      name,
    );
  }

  junk(rowIds: readonly string[], junk: boolean): Promise<void> {
    return this.#remove(rowIds, junk ? 'notice.junk' : 'notice.notJunk', (messageIds) =>
      this.#in.main.call('message.markJunk', { messageIds, junk }),
    );
  }

  star(rowIds: readonly string[], starred: boolean): Promise<void> {
    return this.#setFlag(rowIds, '\\Flagged', starred, starred ? 'notice.starred' : 'notice.unstarred', true);
  }

  /** `told`: with a toast; a message that is read by looking at it says nothing. */
  read(rowIds: readonly string[], read: boolean, told = true): Promise<void> {
    return this.#setFlag(rowIds, '\\Seen', read, read ? 'notice.read' : 'notice.unread', told);
  }

  async undo(opIds: readonly string[]): Promise<void> {
    await this.#tell(async () => {
      await this.#in.list.during(() => this.#in.main.call('message.undo', { opIds: [...opIds] }));
      this.#in.toasts.show(t('notice.undone'));
    });
  }

  /** Shows what went wrong as a toast instead of throwing. */
  async #tell(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#in.toasts.show(t('notice.notDone', { detail: toAppError(error).data.detail }), { kind: 'bad' });
    }
  }

  #remove(
    rowIds: readonly string[],
    words: WordKey,
    act: (messageIds: string[]) => Promise<{ opIds: string[] }>,
    name = '',
  ): Promise<void> {
    const { list } = this.#in;
    const removed = new Set(rowIds);
    return this.#tell(() =>
      list.during(async () => {
        list.removeNow(removed);
        this.#in.afterRemoval(removed);
        const messageIds = await this.#withConversations(rowIds);
        const { opIds } = await act(messageIds);
        this.#offerUndo(t(words, { count: messageIds.length, name }), opIds);
      }),
    );
  }

  #setFlag(
    rowIds: readonly string[],
    flag: string,
    on: boolean,
    words: WordKey,
    told: boolean,
  ): Promise<void> {
    const { list } = this.#in;
    const changed = new Set(rowIds);
    return this.#tell(() =>
      list.during(async () => {
        list.changeNow(changed, (row) => withFlag(row, flag, on));
        const messageIds = on && flag === '\\Flagged' ? [...rowIds] : await this.#withConversations(rowIds);
        const { opIds } = await this.#in.main.call('message.setFlags', {
          messageIds,
          ...(on ? { add: [flag] } : { remove: [flag] }),
        });
        if (told) this.#offerUndo(t(words, { count: rowIds.length }), opIds);
      }),
    );
  }

  #offerUndo(text: string, opIds: readonly string[]): void {
    this.#in.toasts.show(text, opIds.length === 0 ? {} : { undo: () => void this.undo(opIds) });
  }

  /** A row of a threaded list stands for all messages of its conversation in the listed folders. */
  async #withConversations(rowIds: readonly string[]): Promise<string[]> {
    const { view } = this.#in.list;
    if (view?.threaded !== true || !this.#in.fromList()) return [...rowIds];
    const all = await this.#in.store.ask('conversationIds', { view, messageIds: [...rowIds] });
    return [...new Set([...rowIds, ...all])];
  }
}

function withFlag(row: ListRow, flag: string, on: boolean): ListRow {
  const others = row.flags.filter((name) => name !== flag);
  const seen = flag === '\\Seen';
  return {
    ...row,
    flags: on ? [...others, flag] : others,
    threadUnread: seen ? (on ? 0 : Math.max(1, row.threadUnread)) : row.threadUnread,
    pending: row.pending ?? 'flags',
  };
}
