import { readMail, readPart } from '../../src-main/mime/read/read-mail.ts';
import { corpusMails } from './corpora.ts';

export interface Opening {
  mails: number;
  /** Milliseconds of `readMail` in this process, after a first pass over the first hundred mails. */
  p50: number;
  p99: number;
  slowest: { path: string; ms: number };
  /** Mails that came back as unreadable or threw, with parts of them that could not be read. */
  errors: string[];
  /** Mails with neither header, text nor attachment. */
  blank: string[];
  defects: [string, number][];
}

/** Opens every mail of the corpora once. */
export function openAll(): Opening {
  const times: number[] = [];
  const errors: string[] = [];
  const blank: string[] = [];
  const defects = new Map<string, number>();
  let slowest = { path: '', ms: 0 };
  let warm = 0;
  for (const { bytes } of corpusMails()) {
    readMail(bytes);
    if (++warm >= 100) break;
  }
  for (const { path, bytes } of corpusMails()) {
    const begin = performance.now();
    let mail;
    try {
      mail = readMail(bytes);
    } catch (error) {
      errors.push(`${path}: ${String(error)}`);
      continue;
    }
    const ms = performance.now() - begin;
    times.push(ms);
    if (ms > slowest.ms) slowest = { path, ms };
    for (const { code } of mail.defects) {
      defects.set(code, (defects.get(code) ?? 0) + 1);
      if (code === 'unreadable' || code === 'too-slow') errors.push(`${path}: ${code}`);
    }
    if (
      mail.headers.length === 0 &&
      mail.text.trim() === '' &&
      mail.html === null &&
      mail.attachments.length === 0
    )
      blank.push(path);
    for (const { partId, filename } of mail.attachments) {
      if (!/^[^/\\\p{Cc}\u202a-\u202e]+$/u.test(filename)) errors.push(`${path}: unsafe name`);
      if (readPart(bytes, partId) === null) errors.push(`${path}: part ${partId} cannot be read`);
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  return {
    mails: times.length,
    p50: at(0.5),
    p99: at(0.99),
    slowest,
    errors,
    blank,
    defects: [...defects].sort((a, b) => b[1] - a[1]),
  };
}
