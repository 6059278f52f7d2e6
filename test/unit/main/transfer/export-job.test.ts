import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AppErrorData, ErrorCode } from '../../../../src-shared/error.ts';
import type { AccountState } from '../../../../src-shared/model/account.ts';
import type { Clock } from '../../../../src-main/platform/clock.ts';
import { runExport, type ExportPorts } from '../../../../src-main/transfer/export-job.ts';
import { beginLog, type TransferLog } from '../../../../src-main/transfer/transfer-log.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'posthorn-export-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const at = Date.UTC(2026, 10, 20);
/** What is waited for comes at once; how often is counted. */
function quick(): Clock & { waits: number } {
  const clock = {
    waits: 0,
    now: () => at,
    monotonic: () => at,
    setTimeout(fn: () => void) {
      clock.waits += 1;
      const handle = setImmediate(fn);
      return { cancel: () => clearImmediate(handle) };
    },
  };
  return clock;
}
const failure = (code: ErrorCode): AppErrorData => ({
  code,
  scope: 'account',
  next: 'retry',
  detail: `It is ${code}.`,
});
type Answer = ErrorCode | 'here';

/** An export of three messages from a server that answers so, then so, …; its last answer holds. */
async function exported(answers: Answer[], states: AccountState[], listed: boolean) {
  const log: TransferLog = await beginLog(join(place, 'transfers'), {
    t: 'start',
    version: 1,
    transferId: 't1',
    kind: 'export',
    accountId: 'a1',
    folderId: 'f1',
    folderName: 'Old',
    format: 'eml',
    asked: join(place, 'Old'),
    path: join(place, 'Old'),
    stamp: '',
  });
  const messageIds = ['m1', 'm2', 'm3'];
  if (listed) await log.note({ t: 'ids', from: 0, ids: messageIds }, { t: 'listed', incomplete: '' });
  const row = (messageId: string) => ({
    messageId,
    subject: messageId,
    from: [],
    flags: [],
    size: 10,
    date: new Date(at).toISOString(),
  });
  const clock = quick();
  const paused: boolean[] = [];
  const ports = {
    cache: {
      call: (method: string, params: { messageIds?: string[] }) =>
        Promise.resolve(method === 'idsOf' ? messageIds : (params.messageIds ?? []).map(row)),
    },
    clock,
    crash: { reach: () => undefined },
    engine: {
      rawMany(ids: string[]) {
        const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 'here';
        const found = new Map(
          answer === 'here' ? ids.map((id) => [id, Buffer.from(`Subject: ${id}\r\n\r\nx`)] as const) : [],
        );
        return Promise.resolve({ found, error: answer === 'here' ? null : failure(answer) });
      },
      state: () => ({ state: states.length > 1 ? states.shift() : states[0] }),
    },
    list: () => Promise.resolve(''),
    onProgress: (_done: number, _total: number, waits: boolean) => paused.push(waits),
  } as unknown as ExportPorts;
  const result = await runExport(log, ports, new AbortController().signal);
  await log.close();
  return { result, clock, paused };
}

test('a server that goes away in the middle is waited for, however long', async () => {
  const { result, paused } = await exported(
    ['connection-lost', 'here'],
    ['idle', 'waiting', 'waiting', 'connecting', 'waiting', 'offline', 'locked', 'idle'],
    false,
  );
  expect(result).toMatchObject({ exported: 3, missing: [] });
  expect(paused).toContain(true);
  expect(readdirSync(join(place, 'Old'))).toHaveLength(3);
});

test('what an earlier run began waits for its server, which is not there yet when the program starts', async () => {
  const { result, clock } = await exported(['offline', 'here'], ['offline', 'connecting', 'syncing'], true);
  expect(result).toMatchObject({ exported: 3, missing: [] });
  expect(clock.waits).toBeGreaterThan(1);
});

test('where the server is away from the first, the end says at once what is missing', async () => {
  const { result, clock } = await exported(['offline'], ['offline'], false);
  expect(result).toMatchObject({ exported: 0, missing: [{}, {}, {}] });
  expect(result.sentences[1]).toBe('3 messages are missing (“m1”, “m2”, “m3”): It is offline.');
  expect(clock.waits).toBe(0);
});

test('messages at which the server fails again and again are left out, and named', async () => {
  const { result } = await exported(['connection-lost'], ['idle'], false);
  expect(result).toMatchObject({ exported: 0, missing: [{ subject: 'm1' }, {}, {}] });
});
