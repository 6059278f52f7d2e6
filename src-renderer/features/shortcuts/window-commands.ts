import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { Command } from '../../state/commands.svelte.ts';
import type { UnifiedRole } from '../../state/places.ts';

/** Going to places, and what concerns the window as a whole. */
export function windowCommands(app: AppState): Command[] {
  const goTo = (role: UnifiedRole) => (): void => void app.goTo({ kind: 'unified', role });
  const both = (...keys: string[]): { gmail: string[]; thunderbird: string[] } => ({
    gmail: keys,
    thunderbird: keys,
  });
  const themes = ['system', 'light', 'dark'] as const;
  return [
    {
      id: 'go.inbox',
      name: t('command.goInbox'),
      group: 'go',
      icon: 'inbox',
      keys: both('g i'),
      run: goTo('inbox'),
    },
    {
      id: 'go.starred',
      name: t('command.goStarred'),
      group: 'go',
      icon: 'star',
      keys: both('g s'),
      run: goTo('flagged'),
    },
    {
      id: 'go.drafts',
      name: t('command.goDrafts'),
      group: 'go',
      icon: 'draft',
      keys: both('g d'),
      run: goTo('drafts'),
    },
    {
      id: 'go.sent',
      name: t('command.goSent'),
      group: 'go',
      icon: 'send',
      keys: both('g t'),
      run: goTo('sent'),
    },
    {
      id: 'go.outbox',
      name: t('command.goOutbox'),
      group: 'go',
      icon: 'outbox',
      keys: both('g o'),
      run: () => void app.goTo({ kind: 'outbox' }),
    },
    {
      id: 'search.focus',
      name: t('command.search'),
      group: 'move',
      icon: 'search',
      quiet: true,
      keys: { gmail: ['/'], thunderbird: ['Ctrl Shift K', '/'] },
      run: () => {
        const field = document.querySelector<HTMLInputElement>('#search-field');
        field?.focus();
        field?.select();
      },
    },
    {
      id: 'app.palette',
      name: t('command.palette'),
      group: 'move',
      icon: 'prompt',
      quiet: true,
      keys: both('Ctrl K'),
      run: () => {
        app.route.overlay = 'palette';
      },
    },
    {
      id: 'app.keys',
      name: t('command.keys'),
      group: 'window',
      icon: 'keys',
      keys: both('?'),
      run: () => {
        app.route.overlay = 'keys';
      },
    },
    {
      id: 'app.journal',
      name: t('command.journal'),
      group: 'window',
      icon: 'waiting',
      run: () => {
        app.route.overlay = 'journal';
      },
    },
    {
      id: 'app.network',
      name: t('command.network'),
      group: 'window',
      icon: 'off',
      run: () =>
        void app.attempt(() =>
          app.main.call('connectivity.set', { online: app.info?.offlineReason === 'user' }),
        ),
    },
    {
      id: 'app.sync',
      name: t('command.sync'),
      group: 'window',
      icon: 'refresh',
      keys: { thunderbird: ['F5'], gmail: ['F5'] },
      run: () => void app.attempt(() => app.main.call('sync.run')),
    },
    {
      id: 'app.density',
      name: t('command.density'),
      group: 'window',
      run: () =>
        void app.attempt(() =>
          app.preferences.set({
            density: app.preferences.values.density === 'compact' ? 'comfortable' : 'compact',
          }),
        ),
    },
    {
      id: 'app.theme',
      name: t('command.theme'),
      group: 'window',
      icon: 'moon',
      run: () =>
        void app.attempt(() =>
          app.preferences.set({
            theme: themes[(themes.indexOf(app.preferences.values.theme) + 1) % themes.length] ?? 'system',
          }),
        ),
    },
    {
      id: 'list.threaded',
      name: t('command.threaded'),
      group: 'window',
      enabled: () => app.place.kind !== 'outbox' && !app.search.active,
      run: () => void app.setThreaded(!app.threaded),
    },
    {
      id: 'list.threadedEverywhere',
      name: t('command.threadedEverywhere'),
      group: 'window',
      run: () => void app.setThreadedEverywhere(!app.preferences.values.threaded, true),
    },
    {
      id: 'list.unreadOnly',
      name: t('command.filter'),
      group: 'window',
      icon: 'unread',
      run: () => void app.setUnreadOnly(!app.unreadOnly),
    },
    {
      id: 'settings.open',
      name: t('command.settings'),
      group: 'window',
      icon: 'settings',
      keys: both('Ctrl ,'),
      run: () => {
        app.route.settingsPart = null;
        app.route.surface = 'settings';
      },
    },
  ];
}
