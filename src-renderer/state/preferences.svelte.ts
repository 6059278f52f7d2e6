import { defaultSettings, settingsSchema, type Settings } from '../../src-shared/settings.ts';
import * as v from 'valibot';
import type { MainClient } from '../ipc/client.ts';

/** The program's settings as this window shows them; a change is seen at once and kept by main. */
export class Preferences {
  values = $state.raw<Settings>(defaultSettings);
  readonly #main: MainClient;

  constructor(main: MainClient) {
    this.#main = main;
  }

  async load(): Promise<void> {
    const { settings } = await this.#main.call('settings.get');
    const read = v.safeParse(settingsSchema, settings);
    if (read.success) this.values = read.output;
  }

  /** Shows the change without keeping it (while a splitter is dragged). */
  preview(change: Partial<Settings>): void {
    this.values = { ...this.values, ...change };
  }

  async set(change: Partial<Settings>): Promise<void> {
    this.preview(change);
    await this.#main.call('settings.set', { settings: change });
  }
}
