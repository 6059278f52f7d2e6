import type { FolderRecord } from '../../../src-shared/model/folder.ts';
import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { CommandGroup } from '../../state/commands.svelte.ts';
import { folderName } from '../../state/folders.svelte.ts';
import { matchRank, type Choice } from '../../ui/choice.ts';
import type { IconName } from '../../ui/icons.ts';

const groupWords = {
  act: 'group.message',
  select: 'group.select',
  write: 'group.write',
  go: 'group.go',
  window: 'group.window',
  move: 'group.move',
} as const;
const groupOrder: readonly CommandGroup[] = ['act', 'write', 'go', 'window', 'select', 'move'];
const roleIcons: Readonly<Record<string, IconName>> = {
  inbox: 'inbox',
  drafts: 'draft',
  sent: 'send',
  archive: 'archive',
  junk: 'junk',
  trash: 'trash',
};

/** Folders that answer to what was typed, best first. */
function folderChoices(
  app: AppState,
  typed: string,
  accepts: (folder: FolderRecord) => boolean,
  run: (folder: FolderRecord) => void,
): (Choice & { rank: number; role: FolderRecord['role'] })[] {
  return app.accounts.all
    .flatMap((account) => app.folders.ofAccount(account.accountId))
    .filter((folder) => folder.selectable && accepts(folder))
    .map((folder) => {
      const name =
        folder.role === null && folder.delimiter !== null
          ? folder.path.split(folder.delimiter).join(' / ')
          : folderName(folder);
      return {
        id: `folder:${folder.folderId}`,
        name,
        group: '',
        icon: roleIcons[folder.role ?? ''] ?? ('folder' as const),
        where: { text: app.accounts.name(folder.accountId), color: app.accounts.color(folder.accountId) },
        run: () => run(folder),
        rank: matchRank(name, typed),
        role: folder.role,
      };
    })
    .filter((choice) => choice.rank > 0)
    .sort((a, b) => b.rank - a.rank);
}

/** Everything that can be done or gone to now; what is done to a message only with one. */
export function paletteChoices(
  app: AppState,
  typed: string,
  strokes: (keys: string) => string[][],
  aboutMessage: boolean,
): Choice[] {
  const set = app.preferences.values.keys;
  const commands = groupOrder.flatMap((group) =>
    app.commands.all
      .filter(
        (command) =>
          command.group === group &&
          command.quiet !== true &&
          command.name !== '' &&
          (aboutMessage || command.aboutMessage !== true) &&
          command.enabled?.() !== false,
      )
      .map((command) => ({ command, rank: matchRank(command.name, typed) }))
      .filter(({ rank }) => rank > 0)
      .sort((a, b) => b.rank - a.rank)
      .map(({ command }): Choice => {
        const keys = command.keys?.[set]?.[0];
        return {
          id: command.id,
          name: command.name,
          group: t(groupWords[group]),
          ...(command.icon === undefined ? {} : { icon: command.icon }),
          ...(keys === undefined ? {} : { keys: strokes(keys) }),
          run: () => command.run(),
        };
      }),
  );
  const goTo = t('group.go');
  const folders =
    typed.trim() === ''
      ? []
      : folderChoices(
          app,
          typed,
          () => true,
          (folder) => void app.goTo({ kind: 'folder', folderId: folder.folderId }),
        ).slice(0, 8);
  const at = commands.findLastIndex((choice) => choice.group === goTo);
  const placed = folders.map((choice): Choice => ({ ...choice, group: goTo }));
  const search: Choice[] =
    typed.trim() === ''
      ? []
      : [
          {
            id: 'search',
            name: t('commands.searchFor', { text: typed.trim() }),
            group: t('group.search'),
            icon: 'search',
            literal: true,
            run: () => app.search.type(typed.trim()),
          },
        ];
  if (at >= 0) return [...commands.slice(0, at + 1), ...placed, ...commands.slice(at + 1), ...search];
  const after = commands.findLastIndex(
    (choice) => choice.group === t('group.message') || choice.group === t('group.write'),
  );
  return [...commands.slice(0, after + 1), ...placed, ...commands.slice(after + 1), ...search];
}

/** Where mail is filed by other means; moving it there is what nobody means first. */
const rarelyMeant: ReadonlySet<FolderRecord['role']> = new Set(['drafts', 'sent']);

/** Folders of their own account that the chosen messages can be moved to. */
export function moveChoices(app: AppState, typed: string, targets: readonly string[]): Choice[] {
  const ids = new Set(targets);
  const rows = [...app.list.loaded(), ...(app.search.answer?.rows ?? []), ...app.reader.rows].filter((row) =>
    ids.has(row.messageId),
  );
  const accounts = new Set(rows.map((row) => row.accountId));
  const from = rows.every((row) => row.folderId === rows[0]?.folderId) ? rows[0]?.folderId : undefined;
  return folderChoices(
    app,
    typed,
    (folder) => folder.folderId !== from && (accounts.size === 0 || accounts.has(folder.accountId)),
    (folder) => void app.actions.move([...targets], folder.folderId, folderName(folder)),
  ).sort((a, b) => b.rank - a.rank || Number(rarelyMeant.has(a.role)) - Number(rarelyMeant.has(b.role)));
}
