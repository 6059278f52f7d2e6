import { expect, test } from 'vitest';
import { smallPng } from '../../../fixtures/small-media.ts';
import { createRemoteImages } from '../../../../src-main/mime/remote-images.ts';

const png = smallPng(1, 1, [0, 0, 0]);
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>');

function images(answers: Record<string, { status?: number; body: Uint8Array }>) {
  const asked: string[] = [];
  const remote = createRemoteImages((url) => {
    asked.push(url);
    const answer = answers[url];
    return answer === undefined
      ? Promise.reject(new Error('no such host'))
      : Promise.resolve({ status: answer.status ?? 200, contentType: 'image/png', body: answer.body });
  });
  return { asked, remote };
}

test('only what is a raster picture by its bytes is handed out, under its own type', async () => {
  const { remote } = images({
    'https://a.example/1': { body: png },
    'https://a.example/2': { body: svg },
    'https://a.example/3': { body: png, status: 404 },
    'https://a.example/4': { body: Buffer.from('GIF89a\x04\0\x04\0') },
  });
  const { tokens, failed } = await remote.load([1, 2, 3, 4].map((n) => `https://a.example/${n}`));
  expect(Object.keys(tokens)).toEqual(['https://a.example/1', 'https://a.example/4']);
  expect(failed).toBe(2);
  expect(await remote.content((tokens['https://a.example/4'] ?? '').slice('/remote/'.length))).toMatchObject({
    status: 200,
    contentType: 'image/gif',
  });
  expect(await remote.content('guessed')).toEqual({ status: 403 });
});

test('a picture of a few bytes that claims a thousand megapixels is not handed out', async () => {
  const { remote } = images({
    'https://a.example/1': { body: smallPng(1, 1, [0, 0, 0], { width: 32_000, height: 32_000 }) },
  });
  expect(await remote.load(['https://a.example/1'])).toEqual({ tokens: {}, failed: 1 });
});

test('what is offered in clear is asked for over https first, and a host without it only once', async () => {
  const { asked, remote } = images({
    'http://old.example/1': { body: png },
    'http://old.example/2': { body: png },
    'https://new.example/1': { body: png },
  });
  const { failed } = await remote.load(['http://new.example/1']);
  expect(asked.splice(0)).toEqual(['https://new.example/1']);
  expect(failed).toBe(0);
  await remote.load(['http://old.example/1']);
  expect(asked.splice(0)).toEqual(['https://old.example/1', 'http://old.example/1']);
  // Never the other way.
  expect((await remote.load(['https://old.example/1'])).failed).toBe(1);
  expect(asked).toEqual(['https://old.example/1']);
});
