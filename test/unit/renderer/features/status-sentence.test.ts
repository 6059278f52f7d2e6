import { expect, test } from 'vitest';
import type { AccountView } from '../../../../src-shared/ipc/areas/account.ts';
import type { JournalEntry } from '../../../../src-shared/ipc/areas/journal.ts';
import {
  statusSentence,
  type StatusFacts,
} from '../../../../src-renderer/features/status-line/status-sentence.ts';
import { makeAccounts, makeInfo } from '../../../fakes/fake-main/fake-world.ts';

function facts(change: Partial<StatusFacts> = {}): StatusFacts {
  return { info: makeInfo({}), accounts: makeAccounts({ accounts: 2 }), journal: [], outbox: [], ...change };
}

test('up to date only when every account is idle', () => {
  expect(statusSentence(facts()).text).toMatch(/^All mail up to date · \d\d:\d\d$/);
  const [first, second] = makeAccounts({ accounts: 2 });
  if (first === undefined || second === undefined) throw new Error('two accounts are made');
  expect(statusSentence(facts({ accounts: [first, { ...second, state: 'syncing' }] })).text).toBe(
    'Looking for new mail',
  );
  expect(statusSentence(facts({ accounts: [first, { ...second, state: 'waiting' }] })).text).toContain(
    'cannot be reached',
  );
});

test('the time is not older than the mail that came by itself', () => {
  const [first, second] = makeAccounts({ accounts: 2 });
  if (first === undefined || second === undefined) throw new Error('two accounts are made');
  const at = (lastSyncAt: string, lastHeardAt: string | null) => ({
    lastSyncAt: new Date(2026, 10, 22, 10, Number(lastSyncAt)).toISOString(),
    lastHeardAt: lastHeardAt === null ? null : new Date(2026, 10, 22, 10, Number(lastHeardAt)).toISOString(),
  });
  const shown = (...times: ReturnType<typeof at>[]): string =>
    statusSentence(facts({ accounts: times.map((time) => ({ ...first, ...time })) })).text;
  expect(shown(at('33', '47'))).toMatch(/10:47$/);
  expect(shown(at('33', '20'))).toMatch(/10:33$/);
  // Every account was looked at by then.
  expect(shown(at('33', '47'), at('35', null))).toMatch(/10:35$/);
});

test('the network comes before the accounts, a refused password before progress', () => {
  expect(statusSentence(facts({ info: makeInfo({ offline: true }) })).text).toMatch(
    /^Working without network since/,
  );
  expect(statusSentence(facts({ accounts: makeAccounts({ authFailed: true, firstSync: true }) })).text).toBe(
    'imap.example.org refuses the password for ina@example.org',
  );
});

test('progress is shown with its numbers and spoken without them', () => {
  const sentence = statusSentence(facts({ accounts: makeAccounts({ accounts: 1, firstSync: true }) }));
  expect(sentence.text).toBe('Inbox 12,431 of 80,200, newest first');
  expect(sentence.spoken).toBe('Looking for new mail');
});

test('a change that waits for a server that is not reached is not said to be on its way', () => {
  const [first, second] = makeAccounts({ accounts: 2 });
  if (first === undefined || second === undefined) throw new Error('two accounts are made');
  const change = (accountId: string): JournalEntry => ({
    opId: 'op',
    accountId,
    kind: 'flags',
    sentence: 'Star 1 message',
    state: 'queued',
    tries: 1,
    nextTryAt: null,
    error: null,
    messageIds: [],
    at: '2026-11-22T06:00:00Z',
    cancellable: true,
  });
  const away = { ...second, state: 'waiting', stateDetail: 'Nothing answers at imap.example.net.' } as const;
  const text = (journal: JournalEntry[], other: AccountView = away): string =>
    statusSentence(facts({ accounts: [first, other], journal })).text;
  expect(text([change(second.accountId)])).toBe('Nothing answers at imap.example.net, 1 change waiting');
  expect(text([change(second.accountId)], { ...second, state: 'connecting' })).toMatch(
    /^Connecting to .+, 1 change waiting$/,
  );
  expect(text([change(second.accountId), change(first.accountId)])).toBe('Sending 1 change to the server');
});
