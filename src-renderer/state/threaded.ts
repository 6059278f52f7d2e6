import type { Settings } from '../../src-shared/settings.ts';
import { placeKey, type Place } from './places.ts';

/** Whether a list shows conversations: its own choice, else that of all lists. */
export function threadedAt(place: Place, settings: Settings): boolean {
  return settings.threadedIn[placeKey(place)] ?? settings.threaded;
}

/** The settings with this list's choice; one that is as everywhere is no choice of its own. */
export function withThreadedAt(place: Place, settings: Settings, threaded: boolean): Partial<Settings> {
  const others = Object.entries(settings.threadedIn).filter(([key]) => key !== placeKey(place));
  return {
    threadedIn: Object.fromEntries(
      threaded === settings.threaded ? others : [...others, [placeKey(place), threaded]],
    ),
  };
}
