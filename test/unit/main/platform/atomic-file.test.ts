import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeDirectory } from '../../../../src-main/platform/atomic-file.ts';
import { openBlobs } from '../../../../src-main/platform/blobs.ts';

const linux = process.platform === 'linux';
let directory = '';
let synced: string[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'posthorn-atomic-'));
  const handle = await open(directory);
  const shared: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const sync: () => Promise<void> = Reflect.get(shared, 'sync');
  synced = [];
  vi.spyOn(shared, 'sync').mockImplementation(async function (this: FileHandle) {
    synced.push(readlinkSync(`/proc/self/fd/${this.fd}`).slice(directory.length));
    await sync.call(this);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

test.runIf(linux)('the name of a new folder is durable in each folder above it that is new too', async () => {
  await makeDirectory(join(directory, 'a', 'b', 'c'));
  expect(synced.sort()).toEqual(['', '/a', '/a/b']);
  synced = [];
  await makeDirectory(join(directory, 'a', 'b', 'c'));
  expect(synced).toEqual([]);
});

test('several calls at once make one folder', async () => {
  const path = join(directory, 'a', 'b', 'c');
  await Promise.all([makeDirectory(path), makeDirectory(path), makeDirectory(join(path, 'd'))]);
  await expect(makeDirectory(join(path, 'd'))).resolves.toBeUndefined();
});

test.runIf(linux)('a place where no folder can be made is refused in a sentence, and soon', async () => {
  await expect(makeDirectory('/proc/posthorn/profile')).rejects.toThrow(
    'No folder can be made there (/proc/posthorn)',
  );
  writeFileSync(join(directory, 'file'), '');
  await expect(makeDirectory(join(directory, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeDirectory(join(directory, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.runIf(linux)(
  'bytes that another call has just put there are durable too when they are named',
  async () => {
    const blobs = openBlobs(directory);
    const sha256 = await blobs.put(Buffer.from('once'));
    synced = [];
    expect(await blobs.put(Buffer.from('once'))).toBe(sha256);
    expect(synced).toEqual([`/${sha256.slice(0, 2)}`, '']);
  },
);
