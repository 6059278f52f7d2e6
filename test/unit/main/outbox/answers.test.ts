import { expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import type { StoredAnswer } from '../../../../src-main/outbox/answers/answer-store.ts';
import type { AnswerPorts } from '../../../../src-main/outbox/answers/answer-ports.ts';
import { createAnswers } from '../../../../src-main/outbox/answers/answers.ts';

test('two clicks at the same time send one receipt', async () => {
  const mail = readMail(
    Buffer.from(
      'Return-Path: <ann@example.org>\r\nFrom: ann@example.org\r\nTo: bob@example.org\r\nSubject: x\r\nMessage-ID: <1@example.org>\r\nDisposition-Notification-To: ann@example.org\r\n\r\ntext',
    ),
  );
  const row = { messageId: 'm1', messageIdHeader: '<1@example.org>', accountId: 'a1', flags: [] };
  const known = new Map<string, StoredAnswer>();
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let sent = 0;
  const answers = createAnswers({
    store: {
      get: (key: string) => known.get(key),
      async set(key: string, answer: StoredAnswer | undefined) {
        await pause();
        if (answer === undefined) known.delete(key);
        else known.set(key, answer);
      },
    },
    outbox: {
      async send() {
        await pause();
        sent += 1;
        return { outboxId: `o${sent}`, messageIdHeader: '' };
      },
    },
    accountOf: () => ({
      outgoing: {},
      identities: [{ identityId: 'i1', name: 'Bob', address: 'bob@example.org' }],
    }),
    roleOf: () => Promise.resolve('inbox'),
    open: () => Promise.resolve({ row, mail }),
    setFlags: () => Promise.resolve(),
    clock: { now: () => 0 },
    log: () => undefined,
  } as unknown as AnswerPorts);
  const both = await Promise.allSettled([
    answers.answerReceipt('m1', true, undefined),
    answers.answerReceipt('m1', true, undefined),
  ]);
  expect(sent).toBe(1);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});
