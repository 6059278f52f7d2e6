import { expect, test } from 'vitest';
import { dayGroup, headDate, printedDate, rowDate, writtenAt } from '../../../../src-renderer/i18n/dates.ts';

// A Friday.
const now = new Date(2026, 10, 20, 14, 32).getTime();
const at = (month: number, day: number, hour = 9): number => new Date(2026, month - 1, day, hour).getTime();

test.each([
  [at(11, 20, 9), '09:00', 'Today'],
  [at(11, 19), 'Thu', 'Yesterday'],
  [at(11, 16), 'Mon', 'This week'],
  [at(11, 15), 'Sun', 'Last week'],
  [at(11, 9), '9 Nov', 'Last week'],
  [at(11, 8), '8 Nov', 'November 2026'],
  [at(3, 2), '2 Mar', 'March 2026'],
  [new Date(2023, 10, 3).getTime(), 'Nov 2023', 'November 2023'],
])('%s', (when, date, group) => {
  expect(rowDate(when, now)).toBe(date);
  expect(dayGroup(when, now)).toBe(group);
});

test('a message that says no date is given none, only when it came', () => {
  const date = new Date(at(11, 16)).toISOString();
  const inFolder = { date, accountId: 'a' };
  expect(writtenAt(date, inFolder)).toBe('Monday, 16 November 2026 at 09:00');
  expect(writtenAt(null, inFolder)).toBe('without a date; arrived Monday, 16 November 2026 at 09:00');
  expect(writtenAt(null, inFolder, printedDate)).toContain('without a date; arrived Monday');
  expect(writtenAt(null, { date, accountId: '' })).toBe('without a date');
  expect(headDate(Date.parse(''), now)).toBe('without a date');
});
