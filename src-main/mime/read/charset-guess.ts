import { analyse } from 'chardet';
import { guessEasternLatin } from './latin-guess.ts';
import { guessByScript } from './script-guess.ts';

/** Names of chardet to ours (WHATWG's larger relatives), those that mail in Latin letters is written in. */
const known: Record<string, string> = {
  'ISO-8859-1': 'windows-1252',
  'ISO-8859-2': 'iso-8859-2',
  'ISO-8859-9': 'windows-1254',
  'windows-1250': 'windows-1250',
  'windows-1252': 'windows-1252',
  'windows-1254': 'windows-1254',
};

/**
 * The character set of bytes that are not UTF-8 and do not say what they are: by their script, and where it is the
 * Latin one by the frequency of letters.
 */
export function guessCharset(bytes: Uint8Array): string {
  const sample = highSample(bytes);
  const script = guessByScript(sample);
  if (script !== null) return script;
  const eastern = guessEasternLatin(sample);
  if (eastern !== null) return eastern;
  if (sample.reduce((high, byte) => (byte > 127 ? high + 1 : high), 0) < 8) return 'windows-1252';
  for (const { name, confidence } of analyse(sample)) {
    const charset = known[name];
    if (charset !== undefined && confidence >= 12) return charset;
  }
  return 'windows-1252';
}

/**
 * What bytes under a Western label are, when they are in another script: no western language has so many letters with
 * accents side by side. Null when nothing speaks against the label: also where words in Latin letters stand beside
 * what looks like another script, for one text is in one character set and these are what the label says.
 */
export function guessAgainstWestern(bytes: Uint8Array): string | null {
  const sample = highSample(bytes);
  const text = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength).toString('latin1');
  const runs = text.match(/[\x80-\x9f\xa1-\xff]{4,}/g) ?? [];
  const inRuns = runs.reduce((sum, run) => sum + run.length, 0);
  const high = text.match(/[\x80-\x9f\xa1-\xff]/g)?.length ?? 0;
  const kinds = new Set(runs.join('')).size;
  const single = text.match(/(?<=[a-z])[\xe0-\xff](?=[a-z])/gi)?.length ?? 0;
  if (
    (single >= 8 && single * 12 >= runs.length) ||
    inRuns < 12 ||
    inRuns * 2 < high ||
    kinds < 8 ||
    (runs.length < 4 && !runs.some((run) => run.length > 11))
  )
    return guessEasternLatin(sample);
  return guessByScript(sample);
}

/** 16 KB from where the first high byte stands: a long English head says nothing. */
function highSample(bytes: Uint8Array): Uint8Array {
  const first = Math.max(0, bytes.findIndex((byte) => byte > 127) - 64);
  return bytes.subarray(first, first + 16 * 1024);
}
