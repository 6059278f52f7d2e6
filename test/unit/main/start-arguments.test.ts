import { expect, test } from 'vitest';
import { argumentAmong } from '../../../src-main/composition/start-arguments.ts';

test.each([
  [
    ['--profile', '/home/ina/mail', '/home/ina/letter.eml'],
    { mailto: null, emlFile: '/home/ina/letter.eml' },
  ],
  [
    ['--profile', '/home/ina/mail', 'MAILTO:ada@example.test'],
    { mailto: 'MAILTO:ada@example.test', emlFile: null },
  ],
  [['--profile', '/home/ina/mail'], { mailto: null, emlFile: null }],
])('a second start with %j', (argv, meant) => {
  expect(argumentAmong(argv)).toEqual(meant);
});
