import { expect, test } from 'vitest';
import { loudWarnings } from '../../../../src-renderer/features/message-view/trust-words.ts';
import type { FullMessage } from '../../../../src-shared/ipc/areas/mail.ts';
import type { MessageTrust } from '../../../../src-shared/ipc/areas/trust.ts';

const trust = {
  warnings: [
    { code: 'reply-elsewhere', detail: 'An answer would go elsewhere.' },
    { code: 'look-alike-name', detail: 'A name.' },
    { code: 'first-time', detail: 'The first.' },
  ],
} as unknown as MessageTrust;

test.each<[string, string[], string | null, string[]]>([
  ['who invites, by a robot of a calendar', ['Ann@X.example'], 'ann@x.example', ['look-alike-name']],
  [
    'somebody else than who invites',
    ['eve@y.example'],
    'ann@x.example',
    ['reply-elsewhere', 'look-alike-name'],
  ],
  [
    'who invites and somebody else',
    ['ann@x.example', 'eve@y.example'],
    'ann@x.example',
    ['reply-elsewhere', 'look-alike-name'],
  ],
  ['somebody, and nobody invites', ['ann@x.example'], null, ['reply-elsewhere', 'look-alike-name']],
  ['somebody, and who invites has no address', [''], '', ['reply-elsewhere', 'look-alike-name']],
])('an answer would go to %s', (_what, replyTo, organizer, codes) => {
  const message = {
    replyTo: replyTo.map((address) => ({ name: '', address })),
    invitation: organizer === null ? null : { organizer: { name: 'Ann', address: organizer } },
  } as unknown as FullMessage;
  expect(loudWarnings(trust, message).map(({ code }) => code)).toEqual(codes);
});

test('until a message is read, all that is known is told', () => {
  expect(loudWarnings(trust, null)).toHaveLength(2);
});
