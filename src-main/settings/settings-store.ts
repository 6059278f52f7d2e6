import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';
import { defaultSettings, settingsSchema, type Settings } from '../../src-shared/settings.ts';
import { readJsonFile } from '../platform/atomic-file.ts';
import { keptValue } from '../platform/kept-value.ts';
import { migrateSettings, settingsVersion } from './migrations/settings-migrations.ts';

export interface SettingsStore {
  get(): Settings;
  /** Durable when it resolves; an unknown or ill-formed setting refuses the whole change. */
  set(change: Record<string, unknown>): Promise<Settings>;
}

export async function openSettings(
  path: string,
  onDamage: (path: string, kept: string) => void,
  /** From the command line: holds for this run, until the user sets something else, and is not kept. */
  forThisRun: Partial<Settings> = {},
): Promise<SettingsStore> {
  const stored = await readJsonFile(
    path,
    (value) => v.parse(settingsSchema, migrateSettings(value)),
    onDamage,
  );
  const kept = keptValue(path, stored ?? defaultSettings, (settings) =>
    JSON.stringify({ version: settingsVersion, ...settings }, null, 2),
  );
  let overlay = forThisRun;
  return {
    get: () => ({ ...kept.get(), ...overlay }),
    async set(change) {
      const unknown = Object.keys(change).find((key) => !Object.hasOwn(settingsSchema.entries, key));
      const parsed = v.safeParse(settingsSchema, { ...kept.get(), ...change });
      if (unknown !== undefined || !parsed.success) {
        const what = unknown ?? (parsed.success ? '' : (v.getDotPath(parsed.issues[0]) ?? ''));
        throw new AppError({
          code: 'bad-params',
          scope: 'app',
          next: 'tell-user',
          detail: `“${what}” is not a setting with that value. Nothing was changed.`,
        });
      }
      // The values of other keys may have changed meanwhile: only these are written over them.
      const settings = await kept.change((before) => ({ ...before, ...pick(parsed.output, change) }));
      overlay = Object.fromEntries(Object.entries(overlay).filter(([key]) => !Object.hasOwn(change, key)));
      return { ...settings, ...overlay };
    },
  };
}

/** The checked values of the keys that the change names. */
function pick(checked: Settings, change: Partial<Settings>): Partial<Settings> {
  return Object.fromEntries(Object.entries(checked).filter(([key]) => Object.hasOwn(change, key)));
}
