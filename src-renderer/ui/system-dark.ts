import { MediaQuery } from 'svelte/reactivity';

/** Whether the system asks for a dark theme; changes with it. */
export const systemDark = new MediaQuery('prefers-color-scheme: dark');
