import * as v from 'valibot';

/** Version of settings.json. Each step turns version n into n + 1; they are never edited once released. */
export const settingsVersion = 1;

const steps: readonly ((settings: Record<string, unknown>) => Record<string, unknown>)[] = [];

/** The stored settings as the newest version, without the version number. Throws on a newer file. */
export function migrateSettings(value: unknown): Record<string, unknown> {
  const { version, ...settings } = v.parse(v.looseObject({ version: v.number() }), value);
  if (version > settingsVersion) throw new Error('settings of a newer version');
  return steps.slice(version - 1).reduce<Record<string, unknown>>((older, step) => step(older), settings);
}
