import type { StructurePart } from '../../../../src-shared/model/structure.ts';
import type { WantedSection } from '../../backend.ts';
import { listOf, type Untagged, type Value } from '../port.ts';
import { readStructure } from '../structure.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureInSight } from './in-sight.ts';

/** So many in one FETCH: its line stays short enough for any server. */
const together = 40;

/** BODYSTRUCTURE of a message; null when it is gone or written in no sensible way. */
export async function fetchStructure(
  context: CommandContext,
  path: string,
  uid: number,
): Promise<StructurePart | null> {
  await ensureInSight(context, path, [uid]);
  let structure: StructurePart | null = null;
  await runOk(
    context,
    {
      name: 'UID FETCH',
      parts: [`UID FETCH ${uid} (UID BODYSTRUCTURE)`],
      onUntagged: (response) => {
        for (const [name, value] of itemsOf(response, uid))
          if (name === 'BODYSTRUCTURE') structure = readStructure(value);
      },
    },
    'fetch the structure of the message',
    'message',
  );
  return structure;
}

/** Sections of a message ("HEADER", "1.MIME", "2") by their names; what the server does not give is left out. */
export async function fetchSections(
  context: CommandContext,
  path: string,
  uid: number,
  wanted: readonly WantedSection[],
): Promise<Map<string, Buffer>> {
  await ensureInSight(context, path, [uid]);
  const found = new Map<string, Buffer>();
  for (let at = 0; at < wanted.length; at += together) {
    const items = wanted
      .slice(at, at + together)
      .map(({ section, first }) => `BODY.PEEK[${section}]${first === undefined ? '' : `<0.${first}>`}`);
    await runOk(
      context,
      {
        name: 'UID FETCH',
        parts: [`UID FETCH ${uid} (UID ${items.join(' ')})`],
        onUntagged: (response) => {
          for (const [name, value] of itemsOf(response, uid)) {
            const section = /^BODY\[([^\]]*)\]/.exec(name)?.[1];
            if (section === undefined || value === null || Array.isArray(value)) continue;
            found.set(section, typeof value === 'string' ? Buffer.from(value, 'latin1') : value);
          }
        },
      },
      'fetch parts of the message',
      'message',
    );
  }
  return found;
}

/** Names in upper case. Empty for what is not about this message. */
function itemsOf(response: Untagged, uid: number): [string, Value][] {
  if (response.name !== 'FETCH') return [];
  const list = listOf(response.values[0]);
  const items: [string, Value][] = [];
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = list[at];
    if (typeof name === 'string') items.push([name.toUpperCase(), list[at + 1] ?? null]);
  }
  return items.some(([name, value]) => name === 'UID' && value === String(uid)) ? items : [];
}
