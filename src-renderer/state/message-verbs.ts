import type { IconName } from '../ui/icons.ts';
import type { MenuItem } from '../ui/menu-item.ts';
import { t } from '../i18n/t.ts';
import type { AppState } from './app-state.svelte.ts';

/** A command as a button or a line of a menu shows it, with its key. */
export function verb(app: AppState, id: string, label: string, icon: IconName, bad = false): MenuItem {
  const keys = app.commands.keyOf(id, app.preferences.values.keys);
  return {
    label,
    icon,
    bad,
    ...(keys === undefined ? {} : { keys }),
    run: () => void app.commands.run(id),
  };
}

/** What puts a message elsewhere: the same three wherever messages are acted on. */
export function filingVerbs(app: AppState): MenuItem[] {
  return [
    verb(app, 'mail.archive', t('list.archive'), 'archive'),
    verb(app, 'mail.delete', t('list.delete'), 'trash'),
    verb(app, 'mail.move', t('list.move'), 'move'),
  ];
}

export function junkVerb(app: AppState, inJunk: boolean): MenuItem {
  return verb(app, 'mail.junk', t(inJunk ? 'list.notJunk' : 'list.junk'), 'junk');
}
