import { describe, expect, it } from 'vitest';
import {
  chosenTime,
  fieldValues,
  laterChoices,
  whenWords,
} from '../../../../src-renderer/features/composer/send-later.ts';

/** Local time, as a person's clock shows it. 20 November 2026 is a Friday. */
const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();
const labels = (now: number): string[] => laterChoices(now).map(({ label }) => label);

describe('send later', () => {
  it.each([
    [at(20, 9), ['Later today, 18:00', 'Tomorrow morning, 08:00', 'Monday morning, 08:00']],
    [at(20, 17, 30), ['Later today, 20:00', 'Tomorrow morning, 08:00', 'Monday morning, 08:00']],
    [at(20, 22, 10), ['Tomorrow morning, 08:00', 'Monday morning, 08:00']],
    // On Sunday "tomorrow morning" is Monday's.
    [at(22, 10), ['Later today, 18:00', 'Tomorrow morning, 08:00']],
    [
      at(24, 2),
      ['Later today, 18:00', 'This morning, 08:00', 'Tomorrow morning, 08:00', 'Monday morning, 08:00'],
    ],
  ])('offers times in words', (now, expected) => {
    expect(labels(now)).toEqual(expected);
    expect(laterChoices(now).every((choice) => choice.at > now)).toBe(true);
  });

  it('means the Monday to come', () => {
    expect(laterChoices(at(20, 9)).at(-1)?.at).toBe(at(23, 8));
    expect(laterChoices(at(24, 9)).at(-1)?.at).toBe(at(30, 8));
    // On a Monday it would be two days that have the name.
    expect(labels(at(23, 9))).toEqual(['Later today, 18:00', 'Tomorrow morning, 08:00']);
  });

  it('takes a date and a time that are still to come, and nothing else', () => {
    const now = at(20, 9);
    expect(chosenTime('2026-11-21', '07:30', now)).toBe(at(21, 7, 30));
    expect(chosenTime('2026-11-20', '08:59', now)).toBeNull();
    expect(chosenTime('', '08:00', now)).toBeNull();
    expect(chosenTime('2026-11-21', '', now)).toBeNull();
    expect(fieldValues(at(5, 8, 3))).toEqual({ date: '2026-11-05', time: '08:03' });
  });

  it('says when', () => {
    expect(whenWords(at(20, 18), at(20, 9))).toBe('today at 18:00');
    expect(whenWords(at(21, 8), at(20, 9))).toContain('21 November 2026');
  });
});
