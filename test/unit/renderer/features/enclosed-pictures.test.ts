import { expect, test } from 'vitest';
import { enclosedPictures } from '../../../../src-renderer/features/message-view/enclosed-pictures.ts';
import type { MainClient } from '../../../../src-renderer/ipc/client.ts';
import type { FullMessage } from '../../../../src-shared/ipc/areas/mail.ts';
import { smallPng } from '../../../fixtures/small-media.ts';

// The browser has it; Node 24 not yet.
if (!('fromBase64' in Uint8Array))
  Object.assign(Uint8Array, { fromBase64: (text: string) => Uint8Array.from(Buffer.from(text, 'base64')) });

const small = smallPng(2, 2, [0, 0, 0]);
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="top.__xss=1"/>');

async function drawn(parts: readonly (readonly [type: string, bytes: Buffer])[]): Promise<string[]> {
  const message = {
    messageId: 'm',
    html: parts.map((_part, at) => `<img data-cid="c${at}">`).join(''),
    attachments: parts.map(([contentType, bytes], at) => ({
      partId: String(at),
      contentType,
      size: bytes.length,
      contentId: `c${at}`,
    })),
  } as unknown as FullMessage;
  const main = {
    call: (_name: string, { partId }: { partId: string }) =>
      Promise.resolve({ base64: parts[Number(partId)]?.[1].toString('base64') }),
  } as unknown as MainClient;
  return Object.entries(await enclosedPictures(main, message)).map(
    ([id, address]) => `${id} ${address.split(';')[0] ?? ''}`,
  );
}

test('by their bytes, whatever the mail calls them', async () => {
  expect(
    await drawn([
      ['image/png', small],
      ['application/octet-stream', small],
      ['image/pjpeg', small],
      ['image/svg+xml', svg],
      ['image/png', svg],
      ['text/html', small],
    ]),
  ).toEqual(['c0 data:image/png', 'c1 data:image/png', 'c2 data:image/png']);
});

test('not more pixels than there is room for', async () => {
  const claiming = (width: number, height: number): Buffer => smallPng(1, 1, [0, 0, 0], { width, height });
  expect(
    await drawn([
      ['image/png', claiming(30_000, 30_000)],
      ['image/png', small],
    ]),
  ).toEqual(['c1 data:image/png']);
  const many = Array.from({ length: 20 }, () => ['image/png', claiming(6_000, 6_000)] as const);
  expect(await drawn(many)).toHaveLength(13);
});
