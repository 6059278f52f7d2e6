import { untrack } from 'svelte';
import type { Settings } from '../../src-shared/settings.ts';
import type { IconName } from '../ui/icons.ts';

export type KeySet = Settings['keys'];
export type CommandGroup = 'move' | 'select' | 'act' | 'write' | 'go' | 'window';

export interface Command {
  id: string;
  name: string;
  group: CommandGroup;
  icon?: IconName;
  /** "j", "g i" (one after the other), "Ctrl K" (Ctrl or Cmd), "Shift ArrowDown". The first is shown. */
  keys?: Partial<Record<KeySet, readonly string[]>>;
  /** Does something to the open message or the picked rows: not listed where there is none. */
  aboutMessage?: boolean;
  /** Not listed in the palette (moving about). */
  quiet?: boolean;
  enabled?(): boolean;
  /** `detail` is what the caller gives along (e.g. a mailto: address for composer.open). */
  run(detail?: unknown): void;
}

/** Every command there is, whoever brought it. Palette, keys and key help read this one list. */
export class CommandList {
  all = $state.raw<readonly Command[]>([]);
  readonly #byId = $derived(new Map(this.all.map((command) => [command.id, command])));

  /** Adds commands; one with the same id takes the place of the earlier. Gives a function that removes them. */
  register(commands: readonly Command[]): () => void {
    const ids = new Set(commands.map((command) => command.id));
    // Called in effects, which must not wait for what they change themselves.
    untrack(() => {
      this.all = [...this.all.filter((command) => !ids.has(command.id)), ...commands];
    });
    return () =>
      untrack(() => {
        this.all = this.all.filter((command) => !commands.includes(command));
      });
  }

  get(id: string): Command | undefined {
    return this.#byId.get(id);
  }

  /** False when nobody has brought the command or it does not apply now. */
  run(id: string, detail?: unknown): boolean {
    const command = this.get(id);
    if (command === undefined || command.enabled?.() === false) return false;
    command.run(detail);
    return true;
  }

  /** The key shown beside a button; undefined when the set has none. */
  keyOf(id: string, set: KeySet): string | undefined {
    return this.get(id)?.keys?.[set]?.[0];
  }
}
