import type { CopiedUid } from '../../backend.ts';
import { rawOf, type ResponseCode } from '../port.ts';
import { expandSet } from '../uid-set.ts';

/** COPYUID (RFC 4315) as pairs, in the order given; null when absent or not trustworthy. */
export function copiedUids(code: ResponseCode | null): CopiedUid[] | null {
  if (code?.name !== 'COPYUID') return null;
  const sources = expandSet(rawOf(code.values[1]));
  const targets = expandSet(rawOf(code.values[2]));
  if (sources === null || targets === null || sources.length !== targets.length) return null;
  return sources.map((sourceUid, i) => ({ sourceUid, targetUid: targets[i] ?? 0 }));
}
