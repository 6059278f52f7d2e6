import { expect, test } from 'vitest';
import { toldDefects } from '../../../../src-renderer/features/message-view/told-defects.ts';
import type { FullMessage } from '../../../../src-shared/ipc/areas/mail.ts';

test.each([
  ['Subject: another', true],
  ['from: b@evil.test', true],
  // The same twice, and what nobody reads, are of no interest.
  ['Subject', false],
  ['MIME-Version: 2.0', false],
  ['Message-ID: <from: x>', false],
  ['References: (from: x)', false],
])('what stands several times: (%s) is told: %s', (concerning, told) => {
  const message = {
    defects: [{ code: 'header-duplicate', detail: `It stands several times. (${concerning})` }],
  } as FullMessage;
  expect(toldDefects(message).words !== '').toBe(told);
});

test('of many subjects one is told, and of each other name one', () => {
  const defects = ['Subject: “a”', 'subject: “b”', 'From: “c”', 'SUBJECT: “d”'].map((concerning) => ({
    code: 'header-duplicate',
    detail: `Twice. (${concerning})`,
  }));
  expect(toldDefects({ defects } as FullMessage).words).toBe('Twice. (Subject: “a”) Twice. (From: “c”)');
});
