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
])('what stands several times: (%s) is told: %s', (concerning, told) => {
  const message = {
    defects: [{ code: 'header-duplicate', detail: `It stands several times. (${concerning})` }],
  } as FullMessage;
  expect(toldDefects(message).words !== '').toBe(told);
});
