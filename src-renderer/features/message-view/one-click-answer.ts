import type { AppState } from '../../state/app-state.svelte.ts';
import { t } from '../../i18n/t.ts';

/**
 * Hands an answer of one click to the outbox and offers to take it back as long as it can be. `settled`:
 * whether it stands, told again when it was taken back.
 */
export async function giveAnswer(
  app: AppState,
  messageId: string,
  words: string,
  send: (undoSeconds: number) => Promise<{ outboxId: string | null }>,
  settled: (stands: boolean) => void,
): Promise<void> {
  const seconds = app.preferences.values.undoSendSeconds;
  await app.attempt(async () => {
    const { outboxId } = await send(seconds);
    settled(true);
    void app.reader.answered.renew(messageId);
    if (outboxId === null) return;
    if (seconds === 0) app.toasts.show(words);
    else
      app.toasts.show(words, {
        undo: () =>
          void app.attempt(async () => {
            await app.main.call('outbox.cancel', { outboxId });
            settled(false);
            void app.reader.answered.renew(messageId);
          }),
        undoName: t('answer.takeBack'),
        outboxId,
        ms: seconds * 1000,
      });
  });
}
