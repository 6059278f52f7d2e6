import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Mails with expected results that stand beside a checkout; used by tests and reports alone, never copied. */
export const corpora = fileURLToPath(new URL('../../../shared/corpora/', import.meta.url));
export const corporaPresent = existsSync(`${corpora}MANIFEST.tsv`);

export interface CorpusMail {
  /** "source/path", with "#n" for the n-th message of an mbox. */
  path: string;
  source: string;
  bytes: Buffer;
}

export interface CorpusFile {
  source: string;
  /** Below the source's folder. */
  path: string;
  kind: string;
}

let manifest: CorpusFile[] | null = null;

export function corpusFiles(source?: string): CorpusFile[] {
  manifest ??= readFileSync(`${corpora}MANIFEST.tsv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [from = '', path = '', , , kind = ''] = line.split('\t');
      return { source: from, path, kind };
    });
  return source === undefined ? manifest : manifest.filter((file) => file.source === source);
}

export function readCorpus(file: string): Buffer {
  return readFileSync(`${corpora}${file}`);
}

export function inCorpus(file: string): boolean {
  return existsSync(`${corpora}${file}`);
}

/** The messages of an mbox, split at "From " after an empty line as Python's mailbox module does it. */
export function mboxMessages(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  let from = 0;
  while (from < bytes.length) {
    const unix = bytes.indexOf('\n\nFrom ', from);
    const dos = bytes.indexOf('\r\n\r\nFrom ', from);
    const at = unix < 0 ? dos : dos < 0 ? unix : Math.min(unix, dos);
    // The empty line before "From " is the mbox's, not the message's.
    const wide = at >= 0 && at === dos ? 2 : 1;
    messages.push(bytes.subarray(from, at < 0 ? bytes.length : at + wide));
    from = at < 0 ? bytes.length : at + 2 * wide;
  }
  return messages;
}

/** Every mail of the manifest; an mbox gives its messages one by one. */
export function* corpusMails(): Generator<CorpusMail> {
  for (const { source, path, kind } of corpusFiles()) {
    if (kind !== 'mail') continue;
    const bytes = readCorpus(`${source}/${path}`);
    if (!bytes.subarray(0, 5).equals(Buffer.from('From '))) {
      yield { path: `${source}/${path}`, source, bytes };
      continue;
    }
    for (const [index, message] of mboxMessages(bytes).entries())
      yield { path: `${source}/${path}#${index + 1}`, source, bytes: message };
  }
}
