import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';
import { openJournalFile } from '../journal/journal-file.ts';
import { storedItemSchema, type ItemChange, type StoredItem } from './outbox-item.ts';

const version = 1;

const recordSchema = v.variant('t', [
  v.object({ t: v.literal('version'), version: v.number() }),
  v.object({ t: v.literal('item'), item: storedItemSchema }),
  v.object({ t: v.literal('change'), outboxId: v.string(), change: v.partial(storedItemSchema) }),
  v.object({ t: v.literal('gone'), outboxId: v.string() }),
]);

/** The mails that wait to be sent, in an append-only file: each change is durable before it is acted upon. */
export interface OutboxStore {
  readonly damaged: number;
  /** Oldest first. */
  all(): StoredItem[];
  get(outboxId: string): StoredItem | undefined;
  add(item: StoredItem): Promise<void>;
  /** Seen by `all` and `get` at once, durable when it resolves. */
  change(outboxId: string, change: ItemChange): Promise<StoredItem>;
  remove(outboxIds: readonly string[]): Promise<void>;
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * Opens it. A mail that was on the wire when the program died is `unknown` when its final dot may have
 * left (never sent again by itself), and simply waits again when it had not.
 */
export async function openOutboxStore(path: string): Promise<OutboxStore> {
  const file = await openJournalFile(path);
  const items = new Map<string, StoredItem>();
  const listeners: (() => void)[] = [];
  let damaged = file.damaged;

  for (const raw of file.records) {
    const parsed = v.safeParse(recordSchema, raw);
    if (!parsed.success) {
      damaged += 1;
      continue;
    }
    const record = parsed.output;
    if (record.t === 'version' && record.version > version) {
      await file.close();
      throw new AppError({
        code: 'refused',
        scope: 'app',
        next: 'tell-user',
        detail: `The profile was last used by a newer Posthorn (outbox version ${record.version}). Nothing was changed. Start the newer version, or use another profile.`,
      });
    } else if (record.t === 'item') items.set(record.item.outboxId, record.item);
    else if (record.t === 'change') {
      const item = items.get(record.outboxId);
      if (item !== undefined) Object.assign(item, record.change);
    } else if (record.t === 'gone') items.delete(record.outboxId);
  }
  for (const item of items.values()) {
    if (item.state !== 'sending') continue;
    item.state = item.finalDot ? 'unknown' : 'queued';
    if (item.finalDot) item.error = afterFinalDot();
    else item.nextTryAt = null;
  }
  const compact = (): Promise<void> =>
    file.rewrite(() => [
      { t: 'version', version },
      ...[...items.values()].map((item) => ({ t: 'item', item })),
    ]);
  await compact();
  let live = file.size();

  function told(): void {
    for (const listener of listeners) listener();
  }

  return {
    damaged,
    all: () => [...items.values()],
    get: (outboxId) => items.get(outboxId),
    async add(item) {
      await file.append([{ t: 'item', item }]);
      items.set(item.outboxId, item);
      told();
    },
    async change(outboxId, change) {
      const item = items.get(outboxId);
      if (item === undefined)
        throw new AppError({
          code: 'not-found',
          scope: 'message',
          next: 'tell-user',
          detail: 'That message is not in the outbox any more.',
        });
      // In memory at once, so that nobody acts on what is about to change; the caller acts when it is durable.
      const changed = { ...item, ...change };
      items.set(outboxId, changed);
      try {
        await file.append([{ t: 'change', outboxId, change }]);
      } catch (error) {
        if (items.get(outboxId) === changed) items.set(outboxId, item);
        throw error;
      }
      told();
      return changed;
    },
    async remove(outboxIds) {
      if (outboxIds.length === 0) return;
      await file.append(outboxIds.map((outboxId) => ({ t: 'gone', outboxId })));
      for (const outboxId of outboxIds) items.delete(outboxId);
      told();
      if (file.size() > 500_000 && file.size() > 4 * live) {
        await compact();
        live = file.size();
      }
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => file.close(),
  };
}

/** Sending ended between the final dot and the server's answer. */
export function afterFinalDot(detail = ''): NonNullable<StoredItem['error']> {
  const why =
    detail === ''
      ? 'Sending was cut off after the message had left and before the server said that it has it.'
      : detail;
  return {
    code: 'outcome-unknown',
    scope: 'message',
    next: 'tell-user',
    detail: `${why} It may have arrived or not. Posthorn does not send it twice by itself: look whether it arrived, then choose “It was sent” or “Send again”.`,
  };
}
