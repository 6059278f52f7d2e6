import { expect, test } from 'vitest';
import { shownName } from '../../../src-shared/text/shown-name.ts';

test.each([
  ['Ann Smith', 'ann@a.example', 'Ann Smith'],
  [' ', 'ann@a.example', 'ann@a.example'],
  ['ANN@a.example', 'ann@a.example', 'ANN@a.example'],
  ['boss@good.example', 'mal@evil.test', 'mal@evil.test'],
  ['<boss@good.example>', 'mal@evil.test', 'mal@evil.test'],
  ['boss＠good.example', 'mal@evil.test', 'mal@evil.test'],
  ['The boss <boss@good.example>', 'mal@evil.test', 'mal@evil.test (The boss <boss@good.example>)'],
  ['ann@a.example via Sailors', 'sailors@lists.test', 'sailors@lists.test (ann@a.example via Sailors)'],
  ['boss@good.example', '', 'boss@good.example'],
  ['Meet @ noon', 'ann@a.example', 'Meet @ noon'],
])('where there is room for one: %j of %s is %j', (name, address, shown) => {
  expect(shownName({ name, address })).toBe(shown);
});
