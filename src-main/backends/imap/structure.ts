import type { StructurePart } from '../../../src-shared/model/structure.ts';
import { listOf, numberOf, rawOf, type Value } from './port.ts';

const deepest = 20;
const most = 500;

/** BODYSTRUCTURE as a tree. Null: it is larger, deeper or otherwise written than it should be. */
export function readStructure(value: Value | undefined): StructurePart | null {
  const counter = { parts: 0 };
  return Array.isArray(value) && value.length > 0 ? node(listOf(value), '', 0, counter) : null;
}

function node(
  list: readonly Value[],
  section: string,
  depth: number,
  counter: { parts: number },
): StructurePart | null {
  counter.parts += 1;
  if (counter.parts > most || depth > deepest) return null;
  if (!Array.isArray(list[0])) return leaf(list, section === '' ? '1' : section);
  const children: StructurePart[] = [];
  let at = 0;
  for (; Array.isArray(list[at]); at += 1) {
    const child = node(
      listOf(list[at]),
      section === '' ? String(at + 1) : `${section}.${at + 1}`,
      depth + 1,
      counter,
    );
    if (child === null) return null;
    children.push(child);
  }
  const subtype = rawOf(list[at]).toLowerCase();
  return subtype === '' ? null : { section, type: `multipart/${subtype}`, encoding: '', octets: 0, children };
}

function leaf(list: readonly Value[], section: string): StructurePart | null {
  const [type, subtype] = [rawOf(list[0]).toLowerCase(), rawOf(list[1]).toLowerCase()];
  const octets = numberOf(list[6]);
  // A multipart without parts comes as a leaf from some servers: nobody knows what it holds.
  if (type === '' || subtype === '' || octets === null || type === 'multipart') return null;
  return {
    section,
    type: `${type}/${subtype}`,
    encoding: rawOf(list[5]).toLowerCase(),
    octets,
    children: [],
  };
}
