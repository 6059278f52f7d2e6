import { expect, test } from 'vitest';
import { helpText } from '../../../../src-main/platform/help-text.ts';
import { optionNames, optionUsage } from '../../../../src-main/platform/option-table.ts';
import { readOptions, UsageError } from '../../../../src-main/platform/options.ts';
import { ownArguments } from '../../../../src-main/platform/own-arguments.ts';

test('--help names every option, and of a package none for tests', () => {
  for (const name of optionNames(true)) expect(helpText('1.0', true)).toContain(`\n  ${optionUsage(name)}\n`);
  expect(helpText('1.0', true)).toContain('--test-hooks');
  expect(helpText('1.0', false)).not.toContain('test');
  expect(readOptions(['-h'], false).help).toBe(true);
});

test.each([
  [['--frob'], 'there is no option “--frob”; --help names all options.'],
  [['-x'], 'there is no option “-x”; --help names all options.'],
  [['--constructor'], 'there is no option “--constructor”; --help names all options.'],
  [['--test-hooks'], 'there is no option “--test-hooks”; --help names all options.'],
  [['--profile'], '--profile needs a value: --profile DIR'],
  [['--profile', '--headless'], '--profile needs a value: --profile DIR'],
  [['--headless=yes'], '--headless takes no value.'],
  [['--undo-send', '61'], '--undo-send takes at most 60 seconds, not 61'],
])('%j is refused in a sentence', (argv, sentence) => {
  expect(() => readOptions(argv, false)).toThrow(new UsageError(sentence));
});

test('every option is read', () => {
  const options = readOptions(
    [
      ...[
        '--headless',
        '--profile',
        '/p',
        '--passphrase-fd',
        '3',
        '--dns',
        '127.0.0.1:53',
        '--extra-ca',
        'a',
      ],
      ...['--extra-ca=b', '--provider-database', 'u', '--connect-to', 'MX:25:[::1]:2525', '--undo-send', '0'],
      ...['--test-hooks', 'mailto:ann@example.org'],
    ],
    true,
  );
  expect(options).toEqual({
    help: false,
    headless: true,
    profile: '/p',
    passphraseFd: 3,
    dns: '127.0.0.1:53',
    extraCa: ['a', 'b'],
    providerDatabase: 'u',
    connectTo: [{ host: 'mx', port: 25, toAddress: '::1', toPort: 2525 }],
    undoSend: 0,
    testHooks: true,
    argument: 'mailto:ann@example.org',
  });
});

test.each([
  ['Node', { argv: ['node', 'main.ts', '--headless'], versions: {} }],
  ['Electron in a checkout', { argv: ['electron', '/app', '--headless'], defaultApp: true }],
  ['Electron as root', { argv: ['electron', '--no-sandbox', '/app', '--headless'], defaultApp: true }],
  ['a package', { argv: ['/opt/Posthorn/posthorn', '--headless'] }],
  ['an AppImage', { argv: ['/tmp/.mount/posthorn', '--no-sandbox', '--headless'] }],
])('no argument is lost under %s', (_shell, given) => {
  expect(ownArguments({ versions: { electron: '45.0.0' }, ...given }, '/app/')).toEqual(['--headless']);
});
