import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';
import { defaultSettings, settingsSchema, type Settings } from '../../src-shared/settings.ts';
import { readJsonFile, writeFileAtomic } from '../platform/atomic-file.ts';
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
  let settings = stored ?? defaultSettings;
  let overlay = forThisRun;
  let writing: Promise<void> = Promise.resolve();
  return {
    get: () => ({ ...settings, ...overlay }),
    async set(change) {
      const unknown = Object.keys(change).find((key) => !Object.hasOwn(settingsSchema.entries, key));
      const parsed = v.safeParse(settingsSchema, { ...settings, ...change });
      if (unknown !== undefined || !parsed.success) {
        const what = unknown ?? (parsed.success ? '' : (v.getDotPath(parsed.issues[0]) ?? ''));
        throw new AppError({
          code: 'bad-params',
          scope: 'app',
          next: 'tell-user',
          detail: `“${what}” is not a setting with that value. Nothing was changed.`,
        });
      }
      const next = parsed.output;
      writing = writing
        .catch(() => undefined)
        .then(() => writeFileAtomic(path, JSON.stringify({ version: settingsVersion, ...next }, null, 2)));
      await writing;
      settings = next;
      overlay = Object.fromEntries(Object.entries(overlay).filter(([key]) => !Object.hasOwn(change, key)));
      return { ...settings, ...overlay };
    },
  };
}
