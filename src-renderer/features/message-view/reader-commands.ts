import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { Command } from '../../state/commands.svelte.ts';
import { printOpenMessages } from './print-messages.ts';
import { savedWords } from './saved-words.ts';

/** Sizes of a message's text, as browsers have them. */
const sizes = [0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** What is done to the open message as a thing to read. */
export function readerCommands(
  app: AppState,
  deeds: { find(): void; source(messageId: string): void },
): Command[] {
  const both = (...keys: string[]): { gmail: string[]; thunderbird: string[] } => ({
    gmail: keys,
    thunderbird: keys,
  });
  const open = { group: 'act' as const, enabled: () => app.reader.chosen !== null };
  const current = (run: (messageId: string) => void) => (): void => {
    const messageId = app.reader.current?.messageId;
    if (messageId !== undefined) run(messageId);
  };
  const zoom = (change: (now: number) => number | undefined) => (): void => {
    const messageZoom = change(app.preferences.values.messageZoom);
    if (messageZoom !== undefined) void app.attempt(() => app.preferences.set({ messageZoom }));
  };
  return [
    {
      id: 'reader.print',
      name: t('command.print'),
      icon: 'print',
      keys: both('Ctrl P'),
      ...open,
      run: () => void printOpenMessages(app),
    },
    {
      id: 'reader.source',
      name: t('command.source'),
      icon: 'code',
      keys: { thunderbird: ['Ctrl U'] },
      ...open,
      run: current((messageId) => deeds.source(messageId)),
    },
    {
      id: 'reader.save',
      name: t('command.saveMessage'),
      icon: 'download',
      keys: both('Ctrl S'),
      ...open,
      run: current(
        (messageId) =>
          void app.attempt(async () => {
            const { file } = await app.main.call('message.save', { messageId });
            if (file !== null) app.toasts.show(savedWords(file));
          }),
      ),
    },
    {
      id: 'reader.find',
      name: t('find.title'),
      icon: 'search',
      keys: both('Ctrl F'),
      ...open,
      run: () => deeds.find(),
    },
    {
      id: 'reader.zoomIn',
      name: t('command.zoomIn'),
      keys: both('Ctrl +', 'Ctrl =', 'Ctrl Shift +'),
      ...open,
      run: zoom((now) => sizes.find((size) => size > now + 0.001)),
    },
    {
      id: 'reader.zoomOut',
      name: t('command.zoomOut'),
      keys: both('Ctrl -', 'Ctrl Shift _'),
      ...open,
      run: zoom((now) => sizes.findLast((size) => size < now - 0.001)),
    },
    {
      id: 'reader.zoomReset',
      name: t('command.zoomReset'),
      keys: both('Ctrl 0'),
      ...open,
      run: zoom(() => 1),
    },
  ];
}
