import { expect, test } from 'vitest';
import type { StoreClient } from '../../../../src-renderer/cache/store-client.ts';
import { MessageList } from '../../../../src-renderer/state/message-list.svelte.ts';
import type { ListView } from '../../../../src-shared/cache-protocol.ts';
import type { ListRow } from '../../../../src-shared/model/message.ts';

/** A store whose answers wait until the test lets them go. */
class SlowStore {
  ids: string[];
  version = 1;
  #held: (() => void)[] | null = null;

  constructor(ids: string[]) {
    this.ids = ids;
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const go of held) go();
  }

  get waiting(): number {
    return this.#held?.length ?? 0;
  }

  async ask(name: string, params: { messageId?: string; start?: number }): Promise<unknown> {
    const { version } = this;
    const answer =
      name === 'indexOf'
        ? { index: this.ids.indexOf(params.messageId ?? ''), version }
        : {
            total: this.ids.length,
            start: 0,
            version,
            rows: this.ids.map((messageId) => ({ messageId }) as ListRow),
          };
    const held = this.#held;
    if (held !== null) await new Promise<void>((resolve) => held.push(resolve));
    return answer;
  }
}

const view = { folderIds: ['f'] } as unknown as ListView;

async function opened(ids: string[]) {
  const store = new SlowStore(ids);
  const list = new MessageList(store as unknown as StoreClient);
  list.scroll.viewport = 600;
  await list.open(view);
  return { store, list };
}

test('a step made while news come in is not taken back', async () => {
  const { store, list } = await opened(['a', 'b', 'c', 'd']);
  list.setCursor(1);
  store.version += 1;
  store.hold();
  list.refresh();
  await expect.poll(() => store.waiting).toBe(1);
  list.setCursor(2);
  store.release();
  await expect.poll(() => list.revision).toBeGreaterThan(1);
  expect([list.cursorIndex, list.cursorId]).toEqual([2, 'c']);
});

test('a step made while a new message comes in on top stays with its row', async () => {
  const { store, list } = await opened(['a', 'b', 'c', 'd']);
  list.setCursor(1);
  store.ids = ['new', 'a', 'b', 'c', 'd'];
  store.version += 1;
  store.hold();
  list.refresh();
  await expect.poll(() => store.waiting).toBe(1);
  list.setCursor(2);
  store.release();
  await expect.poll(() => list.total).toBe(5);
  expect([list.cursorIndex, list.cursorId]).toEqual([3, 'c']);
});

test('without a step the cursor follows its row', async () => {
  const { store, list } = await opened(['a', 'b', 'c', 'd']);
  list.setCursor(1);
  store.ids = ['new', 'a', 'b', 'c', 'd'];
  list.refresh();
  await expect.poll(() => list.total).toBe(5);
  expect([list.cursorIndex, list.cursorId]).toEqual([2, 'b']);
});
