import type { StructurePart } from '../../src-shared/model/structure.ts';

/** Which bodies of a message are wanted for showing it, and which can wait until somebody asks for them. */
interface NeededParts {
  needed: StructurePart[];
  /** Files in base64, of kinds that nothing of the text is read from. */
  waiting: StructurePart[];
}

const mostParts = 200;
/** Bytes of all that is needed: more takes as long as a person would wait for the whole. */
const mostNeeded = 1024 * 1024;
/** Smaller files come with the text: asking for them later costs more than their bytes. */
const smallFiles = [32 * 1024, 2 * 1024];
/** In other multiparts their parts mean something together: signatures, reports, halves of Macintosh files. */
const plainMultiparts = new Set(['multipart/mixed', 'multipart/alternative', 'multipart/related']);
/** Kinds that the reader looks into: keys and signatures, winmail.dat, Macintosh files, invitations, texts. */
const lookedInto =
  /pkcs|pgp|tnef|apple|binhex|^application\/(?:ics|calendar|xhtml|xml|rtf|sdp|mbox|x-sun)|(?:^|[+/-])(?:calendar|rfc822|cms|mime)/;

/**
 * Judges by the structure alone. Null: the whole message is to be fetched, since something about it is not quite plain or
 * little would be saved. `size`: of the whole message.
 */
export function neededParts(root: StructurePart, size: number): NeededParts | null {
  const leaves: { part: StructurePart; mayWait: boolean }[] = [];
  const stack = [{ part: root, alternative: false }];
  if (root.children.length === 0) return null;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { part, alternative } = next;
    if (leaves.length + stack.length > mostParts) return null;
    if (part.type.startsWith('multipart/')) {
      if (part.children.length === 0 || !plainMultiparts.has(part.type)) return null;
      // What stands beside a text as its other form is needed to choose among them.
      const inAlternative = part.type === 'multipart/alternative';
      for (const child of part.children.toReversed()) stack.push({ part: child, alternative: inAlternative });
      continue;
    }
    // Pieces of a message, and parts that lie elsewhere, are for the reader of the whole.
    if (/^message\/(?!rfc822$)/.test(part.type) || /signature|encrypted/.test(part.type)) return null;
    leaves.push({ part, mayWait: !alternative && mayWait(part) });
  }
  for (const small of smallFiles) {
    const waiting = leaves.filter(({ part, mayWait: may }) => may && part.octets > small);
    const needed = leaves.filter((leaf) => !waiting.includes(leaf));
    const sum = (some: typeof leaves): number => some.reduce((total, { part }) => total + part.octets, 0);
    if (sum(waiting) < size / 2) return null;
    if (sum(needed) <= Math.min(mostNeeded, size / 4))
      return { needed: needed.map(({ part }) => part), waiting: waiting.map(({ part }) => part) };
  }
  return null;
}

function mayWait({ type, encoding }: StructurePart): boolean {
  return (
    encoding === 'base64' &&
    /^(?:application|image|audio|video|font)\/[\w.+-]+$/.test(type) &&
    !lookedInto.test(type)
  );
}
