import { describe, expect, test } from 'vitest';
import { appendCommand } from '../../../../src-main/commands/append.ts';
import type { ReplayContext } from '../../../../src-main/commands/command.ts';
import type { Op, OpAction, OpEvidence } from '../../../../src-main/journal/op.ts';

const bytes = Buffer.from('Subject: x\r\n\r\ny\r\n');

function append(messageIdHeader: string): Extract<OpAction, { kind: 'append' }> {
  return {
    kind: 'append',
    folderId: 'f1',
    messageId: 'n1',
    blob: 'b',
    flags: [],
    internalDate: 1_000,
    messageIdHeader,
    purpose: 'transfer',
  };
}

/** A folder that holds one message with UID 3; UIDVALIDITY 2 now. */
function server(messageIdHeader: string, size: number) {
  const seen = { appended: 0 };
  const backend = {
    status: () => Promise.resolve({ uidNext: 4, uidValidity: 2 }),
    findByMessageId: (_path: string, from: number) =>
      Promise.resolve(from <= 3 ? [{ uid: 3, messageIdHeader, size }] : []),
    fetchRows: async (_path: string, _uids: string, _call: unknown, onRows: (rows: unknown[]) => unknown) => {
      await onRows([{ uid: 3, size, internalDate: 1_000, envelope: { messageIdHeader } }]);
    },
    append: () => {
      seen.appended += 1;
      return Promise.resolve({ state: 'done', value: { uid: 9 } });
    },
  };
  const context = {
    backend,
    folder: () => ({ folderId: 'f1', path: 'F', gen: 1 }),
    blob: () => Promise.resolve(bytes),
    send: () => Promise.resolve(),
  } as unknown as ReplayContext;
  const replay = (header: string, evidence: OpEvidence) => {
    const action = append(header);
    return appendCommand.replay({ action, evidence } as Op, action, context);
  };
  return { seen, replay };
}

describe('an APPEND whose answer was lost', () => {
  test('is found without a Message-ID', async () => {
    const { seen, replay } = server('', bytes.length);
    expect(await replay('', { targetUidNext: 3, targetUidValidity: 2 })).toMatchObject({ state: 'done' });
    expect(seen.appended).toBe(0);
  });

  test('is found when the folder was numbered anew meanwhile', async () => {
    const { seen, replay } = server('<a@b>', bytes.length);
    await replay('<a@b>', { targetUidNext: 500, targetUidValidity: 1 });
    expect(seen.appended).toBe(0);
  });

  test('is sent again when only a namesake is there', async () => {
    const { seen, replay } = server('<a@b>', 5);
    await replay('<a@b>', { targetUidNext: 1 });
    expect(seen.appended).toBe(1);
  });
});
