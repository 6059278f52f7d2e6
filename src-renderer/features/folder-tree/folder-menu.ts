import type { FolderRecord } from '../../../src-shared/model/folder.ts';
import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { MenuEntry } from '../../ui/menu-item.ts';
import type { FolderQuestion } from './folder-question.ts';

type Ask = (question: FolderQuestion) => void;

/** What can be done with an account in the tree; `ask` opens a dialog. */
export function accountMenu(app: AppState, accountId: string, ask: Ask): MenuEntry[] {
  return [
    {
      label: t('folders.new'),
      icon: 'folder-new',
      run: () => ask({ kind: 'new', accountId, parent: null }),
    },
    {
      label: t('folders.checkNow'),
      icon: 'refresh',
      run: () => void app.attempt(() => app.main.call('sync.run', { accountId })),
    },
  ];
}

/** What can be done with a folder. */
export function folderMenu(app: AppState, folder: FolderRecord, ask: Ask): MenuEntry[] {
  const entries: MenuEntry[] = [
    {
      label: t('folders.checkNow'),
      icon: 'refresh',
      disabled: !folder.selectable,
      run: () =>
        void app.attempt(() =>
          app.main.call('sync.run', { accountId: folder.accountId, folderId: folder.folderId }),
        ),
    },
    {
      label: t('folders.newIn', { name: folder.name }),
      icon: 'folder-new',
      disabled: folder.delimiter === null,
      run: () => ask({ kind: 'new', accountId: folder.accountId, parent: folder }),
    },
    {
      label: t('props.menu'),
      icon: 'info',
      disabled: !folder.selectable,
      run: () => void app.commands.run('folder.propertiesOf', folder.folderId),
    },
    {
      label: t('transfer.exportMenu'),
      icon: 'download',
      disabled: !folder.selectable,
      run: () => void app.commands.run('folder.exportOf', folder.folderId),
    },
    {
      label: t('transfer.importMenu'),
      icon: 'folder',
      disabled: !folder.selectable,
      run: () => void app.commands.run('folder.importOf', folder.folderId),
    },
  ];
  if (folder.role === null) {
    entries.push(
      {
        label: t('folders.rename'),
        icon: 'pen',
        run: () => ask({ kind: 'rename', folder }),
      },
      null,
      {
        label: t('folders.delete'),
        icon: 'trash',
        bad: true,
        run: () => ask({ kind: 'delete', folder }),
      },
    );
  }
  if (folder.role === 'trash' || folder.role === 'junk') {
    entries.push(null, {
      label: t(folder.role === 'trash' ? 'folders.emptyTrash' : 'folders.emptyJunk'),
      icon: 'trash',
      bad: true,
      disabled: folder.total === 0,
      run: () => ask({ kind: 'empty', folder }),
    });
  }
  return entries;
}
