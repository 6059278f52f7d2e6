import { AppError } from '../../src-shared/error.ts';

const schemes = new Set(['http:', 'https:', 'mailto:']);

/** The address as it may be handed to the system; throws `bad-params` for any scheme but http, https and mailto. */
export function externalAddress(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !schemes.has(parsed.protocol)) {
    throw new AppError({
      code: 'bad-params',
      scope: 'app',
      next: 'tell-user',
      detail:
        'Posthorn opens only web and mail addresses in other programs. This link is neither, so nothing was opened.',
    });
  }
  return parsed.href;
}
