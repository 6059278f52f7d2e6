import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listenForSecondStart, tellFirstStart } from '../../../../src-main/shell/chromium/second-instance.ts';

test('a second start tells the first its arguments, also after a kill left the socket', async () => {
  const profileDir = await mkdtemp(join(tmpdir(), 'posthorn-second-'));
  expect(await tellFirstStart(profileDir, [])).toBe(false);
  const seen: (readonly string[])[] = [];
  await listenForSecondStart(profileDir, () => seen.push(['left behind']));
  const stop = await listenForSecondStart(profileDir, (argv) => seen.push(argv));
  expect(await tellFirstStart(profileDir, ['mailto:a@example.org'])).toBe(true);
  expect(seen).toEqual([['mailto:a@example.org']]);
  await stop();
  expect(await tellFirstStart(profileDir, [])).toBe(false);
  await rm(profileDir, { recursive: true });
});
