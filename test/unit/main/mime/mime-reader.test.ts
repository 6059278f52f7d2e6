import { expect, test } from 'vitest';
import { createMimeReader } from '../../../../src-main/mime/mime-reader.ts';
import { AdvanceableClock, systemClock } from '../../../../src-main/platform/clock.ts';

const bytes = Buffer.from(
  'From: a@example.org\r\nSubject: hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n',
);

/** A thread that answers header questions and hangs on, or dies of, whole messages. */
function brokenWorker(act: string): URL {
  const code = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (q) => {
      if (q.headersOnly !== true) { ${act} }
      parentPort.postMessage({ id: q.id, mail: { subject: 'header alone', defects: [] } });
    });
    parentPort.postMessage({ id: 0 });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

test('reads messages and parts in its thread', async () => {
  const reader = createMimeReader({ clock: systemClock, log: () => undefined });
  const [mail, part, missing] = await Promise.all([
    reader.read(bytes),
    reader.part(bytes, '2'),
    reader.part(bytes, '7'),
  ]);
  expect([mail.subject, mail.text, mail.attachments.length]).toEqual(['hello', 'text', 1]);
  expect(part).toEqual(new Uint8Array([0, 1, 2]));
  expect(missing).toBeNull();
  await reader.close();
  expect((await reader.read(bytes)).defects.map((d) => d.code)).toEqual(['unreadable']);
});

test('a message that takes too long comes with its header, and the next one is read', async () => {
  const logged: string[] = [];
  const reader = createMimeReader({
    clock: systemClock,
    log: (_level, message) => logged.push(message),
    timeLimitMs: 300,
    workerUrl: brokenWorker('for (;;) {}'),
  });
  const [slow, second] = await Promise.all([reader.read(bytes), reader.read(bytes)]);
  for (const mail of [slow, second])
    expect([mail.subject, mail.defects.map((d) => d.code)]).toEqual(['header alone', ['too-slow']]);
  expect(logged).toContain('a message took too long to read');
  await reader.close();
});

test('a thread that dies takes nothing with it', async () => {
  const reader = createMimeReader({
    clock: systemClock,
    log: () => undefined,
    workerUrl: brokenWorker('throw new Error("x");'),
  });
  expect((await reader.read(bytes)).defects.map((d) => d.code)).toEqual(['unreadable']);
  expect(await reader.part(bytes, '2')).toBeNull();
  await reader.close();
});

test('a thread that nobody asked for a while is ended, and another one is started for the next message', async () => {
  const clock = new AdvanceableClock();
  const code = `import { parentPort, threadId } from 'node:worker_threads';
    parentPort.on('message', (q) =>
      parentPort.postMessage({ id: q.id, facts: [{ preview: String(threadId), hasAttachments: false }], texts: new Uint8Array(0), ends: [0] }));
    parentPort.postMessage({ id: 0 });`;
  const workerUrl = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const reader = createMimeReader({ clock, log: () => undefined, workerUrl });
  const threadOf = async (): Promise<string | undefined> => (await reader.facts([bytes])).facts[0]?.preview;
  try {
    const first = await threadOf();
    clock.advance(29_000);
    expect(await threadOf()).toBe(first);
    clock.advance(31_000);
    expect(await threadOf()).not.toBe(first);
  } finally {
    await reader.close();
  }
});

test('what is wanted of several messages comes in their order', async () => {
  const reader = createMimeReader({ clock: systemClock, log: () => undefined });
  try {
    const { facts, texts } = await reader.facts([Buffer.from('Subject: x\r\n\r\nfirst \u00e9\r\n'), bytes]);
    expect(facts).toEqual([
      { preview: 'first \u00e9', hasAttachments: false },
      { preview: 'text', hasAttachments: true },
    ]);
    const text = (at: number): string =>
      Buffer.from(texts.packed.subarray(texts.ends[at - 1] ?? 0, texts.ends[at]))
        .toString('utf8')
        .trim();
    expect([text(0), text(1)]).toEqual(['first \u00e9', 'text']);
  } finally {
    await reader.close();
  }
});
