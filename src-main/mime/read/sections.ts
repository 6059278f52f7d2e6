import type { MailProtection, MailSection } from '../../../src-shared/model/mail.ts';

/** A piece of the body in reading order: one of both, or two forms of the same. */
export interface Segment {
  text: string | null;
  html: string | null;
  /** The signed part that all of it stands in; null when any of it stands outside. */
  unit: string | null;
  /** Of a message inside of this one. */
  enclosed?: true;
}

/** The segments in runs that one signature covers, or none; what two of them hold is never joined. */
export function sectionsOf(
  segments: readonly Segment[],
  protection: readonly MailProtection[],
  all: { text: string; html: string | null },
  join: (segments: readonly Segment[]) => { text: string; html: string | null },
): MailSection[] {
  const indexOf = (unit: string | null): number | null => {
    const index =
      unit === null ? -1 : protection.findIndex((one) => one.partId === unit && one.what === 'signed');
    return index < 0 ? null : index;
  };
  const runs: { unit: string | null; enclosed: boolean; segments: Segment[] }[] = [];
  for (const segment of segments) {
    const last = runs.at(-1);
    const enclosed = segment.enclosed === true;
    if (last?.unit === segment.unit && last.enclosed === enclosed) last.segments.push(segment);
    else runs.push({ unit: segment.unit, enclosed, segments: [segment] });
  }
  const [only, ...others] = runs;
  if (only === undefined) return [];
  if (others.length === 0) return [{ protection: indexOf(only.unit), enclosed: only.enclosed, ...all }];
  return runs.map(({ unit, enclosed, segments: some }) => ({
    protection: indexOf(unit),
    enclosed,
    ...join(some),
  }));
}

export function hasWords(segment: Segment): boolean {
  return (segment.text ?? '').trim() !== '' || (segment.html ?? '').trim() !== '';
}
