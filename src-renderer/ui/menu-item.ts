import type { IconName } from './icons.ts';

export interface MenuItem {
  label: string;
  icon?: IconName;
  keys?: string;
  bad?: boolean;
  disabled?: boolean;
  /** On or off: choosing it turns it over. */
  checked?: boolean;
  run(): void;
}

/** `null` draws a line between groups. */
export type MenuEntry = MenuItem | null;
