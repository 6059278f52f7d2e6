import { expect, test } from 'vitest';
import { argumentAmong, argumentFault } from '../../../src-main/composition/start-arguments.ts';

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

test.each([
  [null, null],
  ['mailto:ada@example.test', null],
  ['/home/ina/letter.eml', null],
  ['nope.eml', 'there is no message to show: “nope.eml” is not there, or is no file.'],
  [
    'letter.txt',
    'Posthorn shows messages (files whose names end in .eml) and writes to mailto: addresses; “letter.txt” is neither.',
  ],
])('a start with %j: %j', (argument, fault) => {
  expect(argumentFault(argument, (path) => path === '/home/ina/letter.eml')).toBe(fault);
});
