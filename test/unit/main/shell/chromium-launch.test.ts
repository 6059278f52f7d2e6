import { describe, expect, test } from 'vitest';
import { browserArguments, childEnvironment } from '../../../../src-main/shell/chromium/browser-arguments.ts';
import { browserCandidates } from '../../../../src-main/shell/chromium/find-browser.ts';
import { openerCommand } from '../../../../src-main/shell/chromium/system-opener.ts';
import { externalAddress } from '../../../../src-main/shell/external-address.ts';

const launch = {
  browserDir: '/p/browser',
  headless: true,
  isRoot: false,
  title: 'Posthorn',
  width: 800,
  height: 600,
};

describe('starting the browser', () => {
  test('looks in the usual places, or only where it is told', () => {
    expect(browserCandidates('linux', { PATH: '/opt/bin:/usr/bin' }).slice(0, 3)).toEqual([
      '/usr/bin/chromium',
      '/opt/bin/chromium',
      '/usr/bin/chromium-browser',
    ]);
    expect(browserCandidates('linux', { POSTHORN_CHROMIUM: '/x' })).toEqual(['/x']);
    expect(browserCandidates('darwin', {})).toContain(
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    );
    expect(browserCandidates('win32', { ProgramFiles: 'C:\\P' })).toContain(
      'C:\\P\\Google\\Chrome\\Application\\chrome.exe',
    );
  });

  test('keeps the sandbox for everybody but root and opens no port unless asked', () => {
    expect(browserArguments(launch)).not.toContain('--no-sandbox');
    expect(browserArguments({ ...launch, isRoot: true })).toContain('--no-sandbox');
    expect(browserArguments(launch).some((argument) => argument.startsWith('--remote-debugging-port'))).toBe(
      false,
    );
    expect(browserArguments({ ...launch, devtoolsPort: 0 })).toContain('--remote-debugging-port=0');
    expect(browserArguments(launch)).toContain('--host-resolver-rules=MAP * ~NOTFOUND');
  });

  test('gives other programs none of our variables', () => {
    expect(childEnvironment({ POSTHORN_PASSPHRASE: 'x', NODE_OPTIONS: 'y', HOME: '/h' })).toEqual({
      HOME: '/h',
    });
  });

  test('opens only web and mail addresses, as one argument', () => {
    expect(externalAddress('HTTPS://Example.org/a b')).toBe('https://example.org/a%20b');
    expect(externalAddress('mailto:a@example.org')).toBe('mailto:a@example.org');
    for (const url of ['file:///etc/passwd', 'javascript:1', '-x', 'ssh://h'])
      expect(() => externalAddress(url)).toThrow();
    expect(openerCommand('linux', 'https://x/')).toEqual(['xdg-open', ['https://x/']]);
    expect(openerCommand('win32', 'https://x/?a&b')[1]).toEqual([
      'url.dll,FileProtocolHandler',
      'https://x/?a&b',
    ]);
  });
});
