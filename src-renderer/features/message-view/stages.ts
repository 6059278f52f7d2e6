import { createContext } from 'svelte';
import type { Reader, ReaderView } from '../../state/reader.svelte.ts';

/**
 * `current`: seen, what keys are about. `coming`: what keys are about, out of sight while it is being drawn. `before`:
 * seen until that is. `ahead`: out of sight, the next key may open it.
 */
export type StageRole = 'current' | 'coming' | 'before' | 'ahead';

interface Stage {
  view: ReaderView;
  role: StageRole;
}

export const isSeen = (role: StageRole): boolean => role === 'current' || role === 'before';
/** Keys, names and checks are about it. */
export const isMeant = (role: StageRole): boolean => role === 'current' || role === 'coming';

/** The part that the stage around a component plays. A frame elsewhere, as in a preview, has none. */
const [roleOf, provideRole] = createContext<() => StageRole>();
export { provideRole };
export function useRole(): () => StageRole {
  try {
    return roleOf();
  } catch {
    return () => 'current';
  }
}

/**
 * What the reader pane holds, each time in the order of the time before, new ones last: a frame that is moved within the
 * page loads its document anew.
 */
export function makeStages(): (reader: Reader) => Stage[] {
  let earlier: readonly Stage[] = [];
  return (reader) => {
    const place = ({ view }: Stage): number => {
      const at = earlier.findIndex((stage) => stage.view.chosen.messageId === view.chosen.messageId);
      return at === -1 ? earlier.length : at;
    };
    const stages = stagesOf(reader).toSorted((one, other) => place(one) - place(other));
    earlier = stages;
    return stages;
  };
}

function stagesOf({ chosen, rows, unfolded, before, laid }: Reader): Stage[] {
  if (chosen === null) return [];
  const held = before === null || before.chosen.messageId === chosen.messageId ? null : before;
  const stages: Stage[] = [{ view: { chosen, rows, unfolded }, role: held === null ? 'current' : 'coming' }];
  if (held !== null) stages.push({ view: held, role: 'before' });
  const has = (id: string): boolean => stages.some(({ view }) => view.chosen.messageId === id);
  for (const view of laid.views) if (!has(view.chosen.messageId)) stages.push({ view, role: 'ahead' });
  return stages;
}
