import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import { folded } from '../../message-html/find-in-frames.ts';
import type { AppState } from '../../state/app-state.svelte.ts';

/** So many more are drawn at a time: each is a frame. */
const atOnce = 40;

export interface FarSearch {
  /** Messages are still being looked through. */
  looking: boolean;
  /** There are hits in messages that are not drawn yet: `more` draws them. */
  rest: boolean;
  /** So many could not be read now: whether they hold the words is not known. */
  missed: number;
}

/**
 * Unfolded messages of a long conversation, few of which are drawn at a time: those that hold the words are, and stay
 * so, or they would not be found, or be gone again when their turn comes.
 */
interface FarMessages {
  look(words: string): void;
  more(): void;
  stop(): void;
}

export function farMessages(app: AppState, tell: (search: FarSearch) => void): FarMessages {
  const { reader, main } = app;
  const texts = new Map<string, string>();
  let turn = 0;
  let wanted = '';
  let most = atOnce;

  async function textOf(messageId: string): Promise<string> {
    const known = texts.get(messageId);
    if (known !== undefined) return known;
    const loaded = reader.loaded[messageId];
    const text = folded(
      allText(loaded?.state === 'ready' ? loaded.message : await main.call('message.get', { messageId })),
    ).text;
    texts.set(messageId, text);
    return text;
  }

  async function search(): Promise<void> {
    turn += 1;
    const mine = turn;
    let drawn = 0;
    let rest = false;
    let missed = 0;
    tell({ looking: wanted !== '', rest, missed });
    for (const { messageId } of wanted === '' ? [] : reader.rows) {
      if (!reader.unfolded.has(messageId) || messageId === reader.chosen?.messageId) continue;
      const text = await textOf(messageId).catch(() => null);
      if (mine !== turn) return;
      if (text === null) missed += 1;
      if (text?.includes(wanted) !== true) continue;
      rest = drawn >= most;
      if (rest) break;
      drawn += 1;
      reader.seek(messageId);
    }
    tell({ looking: false, rest, missed });
  }

  return {
    look(words) {
      wanted = folded(words).text.trim();
      most = atOnce;
      void search();
    },
    more() {
      most += atOnce;
      void search();
    },
    stop() {
      turn += 1;
    },
  };
}

/** Plain text and the words of the HTML: what is shown is one of them. The parsed document runs and fetches nothing. */
function allText(message: FullMessage): string {
  const pieces = message.sections.length === 0 ? [message] : message.sections;
  return pieces
    .flatMap(({ text, html }) => [
      text,
      html === null ? '' : new DOMParser().parseFromString(html, 'text/html').body.innerText,
    ])
    .join('\n');
}
