import type { MessagePart } from '../../../src-shared/ipc/areas/mail.ts';
import type { MainClient } from '../../ipc/client.ts';
import { previewKind } from './file-kind.ts';
import { pictureHead } from '../../../src-shared/text/picture-head.ts';

const mostBytes = 12_000_000;
/** 24 megapixels, a camera's picture: 96 MB while it is decoded, one at a time. */
const mostPixels = 24_000_000;

let last: Promise<unknown> = Promise.resolve();

/** Whether it is worth trying: the file is small enough and of a kind that can be drawn. */
export function mayHaveThumbnail(file: MessagePart): boolean {
  return previewKind(file) === 'picture' && file.size <= mostBytes;
}

/**
 * Draws the picture into the canvas, filling it. The size that the file's head says is looked at before anything is
 * decoded. One after the other: twelve photographs must not be decoded at once. False: it has no picture to show.
 */
export function drawThumbnail(
  main: MainClient,
  messageId: string,
  file: MessagePart,
  canvas: HTMLCanvasElement,
  wanted: () => boolean,
): Promise<boolean> {
  const turn = last.then(async () => {
    if (!wanted()) return false;
    const content = await main.call('message.attachment', { messageId, partId: file.partId });
    if (!('base64' in content) || !wanted()) return false;
    const bytes = Uint8Array.fromBase64(content.base64);
    const head = pictureHead(bytes);
    if (head === null || head.width * head.height > mostPixels) return false;
    const scale = Math.max(canvas.width / head.width, canvas.height / head.height);
    const bitmap = await createImageBitmap(new Blob([bytes], { type: head.type }), {
      // The decoder may then make it small at once.
      resizeWidth: Math.max(1, Math.round(head.width * Math.min(1, scale))),
      resizeHeight: Math.max(1, Math.round(head.height * Math.min(1, scale))),
      resizeQuality: 'medium',
    });
    const { width, height } = bitmap;
    canvas
      .getContext('2d')
      ?.drawImage(bitmap, Math.round((canvas.width - width) / 2), Math.round((canvas.height - height) / 2));
    bitmap.close();
    return true;
  });
  last = turn.catch(() => undefined);
  return turn.catch(() => false);
}
