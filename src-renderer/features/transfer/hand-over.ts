import type { MainClient } from '../../ipc/client.ts';
import type { GivenFile } from './given-files.ts';

/** Small enough for any channel, large enough that 2 GB are not a million calls. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * Gives files to main piece by piece: a window names no file of this computer. Resolves with what stands for them;
 * where it is stopped or a file cannot be read, main throws away what it has.
 */
export async function handOver(
  main: MainClient,
  files: readonly GivenFile[],
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  let sent = 0;
  let uploadId: string | undefined;
  try {
    for (const { path, file } of files) {
      for (let at = 0; at === 0 || at < file.size; at += pieceBytes) {
        signal.throwIfAborted();
        const bytes = new Uint8Array(await file.slice(at, at + pieceBytes).arrayBuffer());
        const given = await main.call('transfer.receive', {
          ...(uploadId === undefined ? {} : { uploadId }),
          name: path,
          modified: file.lastModified,
          base64: bytes.toBase64(),
        });
        uploadId = given.uploadId;
        sent += bytes.length;
        onShare(total === 0 ? 1 : sent / total);
      }
    }
    signal.throwIfAborted();
  } catch (thrown) {
    if (uploadId !== undefined) await main.call('transfer.dropReceived', { uploadId }).catch(() => undefined);
    throw thrown;
  }
  if (uploadId === undefined) throw new Error('no file was chosen');
  return uploadId;
}
