import { fileURLToPath } from 'node:url';
import type { ShellOptions } from '../../../src-main/shell/shell.ts';
import { askedTokens, goodToken, picture } from './shell-checks.ts';

/** How the checks start a shell: on the small pages of test/fixtures/shell-pages. */
export function checkOptions(profileDir: string, headless: boolean): ShellOptions {
  return {
    profileDir,
    headless,
    rendererDir: fileURLToPath(new URL('../../fixtures/shell-pages', import.meta.url)),
    remoteContent: (token) => {
      askedTokens.push(token);
      return Promise.resolve(token === goodToken ? { status: 200, ...picture } : { status: 403 });
    },
    onSecondInstance: () => undefined,
    log: () => undefined,
  };
}
