import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { Command } from '../../state/commands.svelte.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';

/** What is done with messages. */
export function mailCommands(app: AppState): Command[] {
  const some = (): boolean => app.targets().length > 0;
  const rows = (): MessageRow[] => {
    const ids = new Set(app.targets());
    const found: MessageRow[] = [...app.list.loaded(), ...(app.search.answer?.rows ?? [])].filter((row) =>
      ids.has(row.messageId),
    );
    const open = app.reader.chosen;
    return found.length === 0 && open !== null && ids.has(open.messageId) ? [open] : found;
  };
  const inTrash = (): boolean =>
    rows().length > 0 && rows().every((row) => app.folders.byId(row.folderId)?.role === 'trash');
  const unread = (row: MessageRow): boolean =>
    'threadUnread' in row ? Number(row.threadUnread) > 0 : !row.flags.includes('\\Seen');
  return [
    {
      id: 'mail.archive',
      name: t('command.archive'),
      group: 'act',
      icon: 'archive',
      keys: { gmail: ['e'], thunderbird: ['a'] },
      aboutMessage: true,
      enabled: some,
      run: () => void app.actions.archive(app.targets()),
    },
    {
      id: 'mail.delete',
      name: t('command.delete'),
      group: 'act',
      icon: 'trash',
      keys: { gmail: ['#', 'Delete'], thunderbird: ['Delete', '#'] },
      aboutMessage: true,
      enabled: some,
      run: () => void app.actions.delete(app.targets(), inTrash()),
    },
    {
      id: 'mail.star',
      name: t('command.star'),
      group: 'act',
      icon: 'star',
      keys: { gmail: ['s'], thunderbird: ['s'] },
      aboutMessage: true,
      enabled: some,
      run: () =>
        void app.actions.star(app.targets(), !rows().every((row) => row.flags.includes('\\Flagged'))),
    },
    {
      id: 'mail.unread',
      name: t('command.unread'),
      group: 'act',
      icon: 'unread',
      keys: { gmail: ['u'], thunderbird: ['m'] },
      aboutMessage: true,
      enabled: some,
      run: () => void app.actions.read(app.targets(), rows().some(unread)),
    },
    {
      id: 'mail.move',
      name: t('command.move'),
      group: 'act',
      icon: 'move',
      keys: { gmail: ['m'], thunderbird: ['Ctrl Shift M'] },
      aboutMessage: true,
      enabled: some,
      run: () => {
        app.route.overlay = 'move';
      },
    },
    {
      id: 'mail.junk',
      name: t('command.junk'),
      group: 'act',
      icon: 'junk',
      keys: { gmail: ['!'], thunderbird: ['j'] },
      aboutMessage: true,
      enabled: some,
      run: () =>
        void app.actions.junk(
          app.targets(),
          !rows().every((row) => app.folders.byId(row.folderId)?.role === 'junk'),
        ),
    },
    {
      id: 'app.undo',
      name: t('command.undo'),
      group: 'act',
      icon: 'undo',
      keys: { gmail: ['z', 'Ctrl Z'], thunderbird: ['Ctrl Z', 'z'] },
      run: () => {
        if (!app.toasts.undo()) app.toasts.show(t('notice.nothingToUndo'));
      },
    },
  ];
}
