import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src-main/backends/backend.ts';
import { createLocalBackend } from '../../src-main/backends/local/local-backend.ts';
import { openLocalMail, type LocalMail } from '../../src-main/local-mail/local-mail.ts';
import { recordsOf } from '../../src-main/local-mail/local-state.ts';
import { rowOfMail } from '../../src-main/local-mail/row-of-mail.ts';
import { readMail } from '../../src-main/mime/read/read-mail.ts';
import { noCrashes } from '../../src-main/platform/crash-points.ts';
import { backendContract } from './backend-contract.ts';

describe('local mail', () => {
  const directory = mkdtempSync(join(tmpdir(), 'posthorn-local-'));
  let mail: LocalMail;
  let backend: Backend;
  beforeAll(async () => {
    mail = await openLocalMail(directory, noCrashes);
    backend = createLocalBackend({
      open: () => Promise.resolve(mail),
      rowOf: (bytes) => Promise.resolve(rowOfMail(readMail(bytes))),
      whole: () => Promise.reject(new Error('no server behind it')),
    });
    await backend.connect({ lane: 'bulk', signal: new AbortController().signal });
  });
  afterAll(async () => {
    await mail.close();
    rmSync(directory, { recursive: true });
  });
  backendContract({ backend: () => backend, delimiter: '/' }, 'bulk');

  it('is the same after it was closed and opened again', async () => {
    const before = recordsOf(mail.state);
    await mail.close();
    mail = await openLocalMail(directory, noCrashes);
    expect(recordsOf(mail.state)).toEqual(before);
  });
});
