import type { MainClient } from '../../ipc/client.ts';

/** Small enough for any channel, large enough that 2 GB are not a million calls. */
const pieceBytes = 4 * 1024 * 1024;

/** Gives files to main piece by piece: a window names no file of this computer. Resolves with what stands for them. */
export async function handOver(
  main: MainClient,
  files: readonly File[],
  onShare: (share: number) => void,
): Promise<string> {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let sent = 0;
  let uploadId: string | undefined;
  for (const [index, file] of files.entries()) {
    // Without the name of the chosen folder itself; alike names of files that were chosen one by one stay apart.
    const inFolder = file.webkitRelativePath.split('/').slice(1).join('/');
    const name = inFolder === '' ? `${String(index + 1).padStart(5, '0')} ${file.name}` : inFolder;
    for (let at = 0; at === 0 || at < file.size; at += pieceBytes) {
      const bytes = new Uint8Array(await file.slice(at, at + pieceBytes).arrayBuffer());
      const given = await main.call('transfer.receive', {
        ...(uploadId === undefined ? {} : { uploadId }),
        name,
        modified: file.lastModified,
        base64: bytes.toBase64(),
      });
      uploadId = given.uploadId;
      sent += bytes.length;
      onShare(total === 0 ? 1 : sent / total);
    }
  }
  if (uploadId === undefined) throw new Error('no file was chosen');
  return uploadId;
}
