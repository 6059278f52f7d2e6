import { expect, test } from 'vitest';
import { accountNameFor } from '../../../../src-renderer/features/accounts/account-name.ts';

test.each([
  ['ina@verhoeven.test', 'Ina, verhoeven.test'],
  ['ina.verhoeven@noordlicht.test', 'Ina Verhoeven, noordlicht.test'],
  ['ina_verhoeven+lists@mail.test', 'Ina Verhoeven, mail.test'],
  ['info@museum.test', 'museum.test'],
  ['x7@y.test', 'y.test'],
  ['1234@y.test', 'y.test'],
])('%s is called %s', (address, name) => {
  expect(accountNameFor(address)).toBe(name);
});
