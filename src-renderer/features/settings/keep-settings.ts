import { toAppError } from '../../../src-shared/error.ts';
import type { Params } from '../../../src-shared/ipc/contract.ts';
import type { Settings } from '../../../src-shared/settings.ts';
import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';

function tell(app: AppState, thrown: unknown): void {
  app.toasts.show(t('settings.notKept', { detail: toAppError(thrown).data.detail }), { kind: 'bad' });
}

/** Keeps at once; what could not be kept goes back to what it was, and is said. */
export async function keepSetting(app: AppState, change: Partial<Settings>): Promise<void> {
  const before = app.preferences.values;
  try {
    await app.preferences.set(change);
  } catch (thrown) {
    app.preferences.preview(before);
    tell(app, thrown);
  }
}

/** True when main keeps it; the account's new state comes back by itself. */
export async function keepAccount(app: AppState, change: Params<'account.update'>): Promise<boolean> {
  try {
    await app.main.call('account.update', change);
    return true;
  } catch (thrown) {
    tell(app, thrown);
    return false;
  }
}
