import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { Command } from '../../state/commands.svelte.ts';
import type { AnswerKind } from './answering.ts';
import { quotedText } from './quoting.ts';
import type { ComposerDesk, OpenRequest } from './composer-desk.svelte.ts';

/** What the composer can be asked for by key, palette and other parts of the window. */
export function composerCommands(app: AppState, desk: ComposerDesk): Command[] {
  const chosen = (): string | null => app.reader.chosen?.messageId ?? app.list.cursorId ?? null;
  const openMessage = (): FullMessage | null => {
    const loaded = app.reader.loaded[app.reader.current?.messageId ?? ''];
    return loaded?.state === 'ready' ? loaded.message : null;
  };
  const answer = (
    id: string,
    kind: AnswerKind,
    icon: 'reply' | 'reply-all' | 'forward',
    name: string,
    gmail: string,
    thunderbird: string,
  ): Command => ({
    id,
    name,
    group: 'write',
    icon,
    keys: { gmail: [gmail], thunderbird: [thunderbird] },
    aboutMessage: true,
    enabled: () => desk.session === null && chosen() !== null,
    run: () => {
      const messageId = chosen();
      if (messageId !== null) void desk.open({ mode: kind, messageId });
    },
  });
  return [
    {
      id: 'composer.new',
      name: t('command.compose'),
      group: 'write',
      icon: 'pen',
      keys: { gmail: ['c'], thunderbird: ['Ctrl N', 'c'] },
      run: () => void desk.open({ mode: 'new' }),
    },
    answer('composer.reply', 'reply', 'reply', t('command.reply'), 'r', 'Ctrl R'),
    answer('composer.replyAll', 'reply-all', 'reply-all', t('command.replyAll'), 'a', 'Ctrl Shift R'),
    answer('composer.forward', 'forward', 'forward', t('command.forward'), 'f', 'Ctrl L'),
    {
      id: 'reader.copyQuoted',
      name: t('command.copyQuoted'),
      group: 'act',
      icon: 'quote',
      aboutMessage: true,
      enabled: () => openMessage() !== null,
      run: () => {
        const message = openMessage();
        if (message === null) return;
        void app.attempt(async () => {
          await navigator.clipboard.writeText(`${quotedText(message)}\n`);
          app.toasts.show(t('reader.copied'));
        });
      },
    },
    {
      id: 'composer.open',
      name: t('command.compose'),
      group: 'write',
      quiet: true,
      run: (detail) => {
        if (isOpenRequest(detail)) void desk.open(detail);
      },
    },
    {
      id: 'composer.takeBack',
      name: t('command.compose'),
      group: 'write',
      quiet: true,
      run: (detail) => {
        if (typeof detail === 'string') void desk.takeBack(detail);
      },
    },
  ];
}

function isOpenRequest(detail: unknown): detail is OpenRequest {
  if (typeof detail !== 'object' || detail === null || !('mode' in detail)) return false;
  const given = detail as Record<string, unknown>;
  switch (given['mode']) {
    case 'new':
      return true;
    case 'mailto':
      return typeof given['mailto'] === 'string';
    case 'reply':
    case 'reply-all':
    case 'forward':
      return typeof given['messageId'] === 'string';
    case 'draft':
      return typeof given['messageId'] === 'string' || typeof given['draftId'] === 'string';
    default:
      return false;
  }
}
