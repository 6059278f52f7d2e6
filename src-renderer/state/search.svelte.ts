import { toAppError } from '../../src-shared/error.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { MainClient } from '../ipc/client.ts';

export interface SearchScope {
  accountId?: string;
  folderId?: string;
}

export interface SearchAnswer {
  rows: MessageRow[];
  total: number;
  searched: number;
  of: number;
  complete: boolean;
}

const limit = 200;
const pauseMs = 180;

/** What stands in the search field and what was found for it. */
export class Search {
  text = $state('');
  scope = $state.raw<SearchScope>({});
  answer = $state.raw<SearchAnswer | null>(null);
  problem = $state<string | null>(null);
  searching = $state(false);
  cursor = $state(0);
  readonly #main: MainClient;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(main: MainClient) {
    this.#main = main;
  }

  get active(): boolean {
    return this.text.trim() !== '';
  }

  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    if (this.active) this.#timer = setTimeout(() => void this.run(), pauseMs);
    else this.clear();
  }

  setScope(scope: SearchScope): void {
    this.scope = scope;
    if (this.active) void this.run();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.text = '';
    this.answer = null;
    this.problem = null;
    this.searching = false;
    this.cursor = 0;
  }

  async run(): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.text.trim();
    if (text === '') return;
    this.#asked += 1;
    const asked = this.#asked;
    this.searching = true;
    try {
      const answer = await this.#main.call('search.query', { text, limit, ...this.scope });
      if (asked !== this.#asked) return;
      this.answer = answer;
      this.problem = null;
      this.cursor = Math.min(this.cursor, Math.max(0, answer.rows.length - 1));
    } catch (error) {
      if (asked !== this.#asked) return;
      this.answer = null;
      this.problem = toAppError(error).data.detail;
    } finally {
      if (asked === this.#asked) this.searching = false;
    }
  }
}
