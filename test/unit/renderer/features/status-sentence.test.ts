import { expect, test } from 'vitest';
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
