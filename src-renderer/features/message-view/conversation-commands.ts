import { tick } from 'svelte';
import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { Command } from '../../state/commands.svelte.ts';

/** Moving about in a conversation of several messages. */
export function conversationCommands(app: AppState): Command[] {
  const { reader } = app;
  const several = (): boolean => reader.chosen !== null && reader.rows.length > 1;
  const step = (by: 1 | -1) => (): void => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-message]')?.dataset['message'];
    const from = reader.rows.findIndex((row) => row.messageId === (focused ?? reader.chosen?.messageId));
    const next = reader.rows[Math.min(reader.rows.length - 1, Math.max(0, from + by))];
    if (next === undefined) return;
    reader.unfold(next.messageId);
    goTo(next.messageId);
  };
  return [
    {
      id: 'reader.next',
      name: t('command.nextInConversation'),
      group: 'move',
      keys: { gmail: ['n'], thunderbird: ['n'] },
      aboutMessage: true,
      enabled: several,
      run: step(1),
    },
    {
      id: 'reader.previous',
      name: t('command.previousInConversation'),
      group: 'move',
      keys: { gmail: ['p'], thunderbird: ['p'] },
      aboutMessage: true,
      enabled: several,
      run: step(-1),
    },
    {
      id: 'reader.unfoldAll',
      name: t('command.unfoldAll'),
      group: 'move',
      keys: { gmail: [';'], thunderbird: [';'] },
      aboutMessage: true,
      enabled: several,
      run: () => reader.unfoldAll(),
    },
    {
      id: 'reader.foldAll',
      name: t('command.foldAll'),
      group: 'move',
      keys: { gmail: [':'], thunderbird: [':'] },
      aboutMessage: true,
      enabled: several,
      run: () => reader.foldAll(),
    },
  ];
}

/** The message's own top comes to the top of the view, and has the focus. */
function goTo(messageId: string): void {
  void tick().then(() => {
    const place = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`);
    place?.focus({ preventScroll: true });
    place?.scrollIntoView({ block: 'start' });
  });
}
