import type { MailFormat } from '../../../src-shared/ipc/areas/transfer.ts';

/** One file that was chosen or dropped; `path` within what was chosen ("Old/cur/1.host:2,S"). */
export interface GivenFile {
  path: string;
  file: File;
}

export function chosenFiles(files: Iterable<File>): GivenFile[] {
  return [...files].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** Files of a drop, those in dropped folders too. To be called while the drop is told: its items are gone afterwards. */
export async function droppedFiles(data: DataTransfer): Promise<GivenFile[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<GivenFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    // A hundred at a time, until none is left.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesOf))).flat();
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

/** What the files are by their names alone; `otherwise` where these do not tell. */
export function formatOf(files: readonly GivenFile[], otherwise: MailFormat): MailFormat {
  if (files.length === 0) return otherwise;
  if (files.every(({ path }) => /\.eml$/i.test(path))) return 'eml';
  if (files.some(({ path }) => /^[^/]+\/(?:cur|new)\/[^/]+$/.test(path))) return 'maildir';
  return otherwise === 'mbox' || files.some(({ path }) => /\.mbox?$/i.test(path)) ? 'mbox' : otherwise;
}

/** As main is told: a Maildir with its folders; others in one row, so that alike names stay apart. */
export function namesFor(format: MailFormat, files: readonly GivenFile[]): GivenFile[] {
  if (format === 'maildir')
    return files.map(({ path, file }) => ({ path: path.split('/').slice(1).join('/') || path, file }));
  return files
    .filter(({ path }) => !/(?:^|\/)\./.test(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ file }, index) => ({ path: `${String(index + 1).padStart(5, '0')} ${short(file.name)}`, file }));
}

/** With a number before it a name must still fit into the 255 bytes that file systems take; its ending stays. */
function short(name: string): string {
  const letters = Array.from(name);
  return letters.length <= 60 ? name : [...letters.slice(0, 40), '…', ...letters.slice(-19)].join('');
}
