import { spawn } from 'node:child_process';
import { AppError } from '../../../src-shared/error.ts';
import { externalAddress } from '../external-address.ts';
import { childEnvironment } from './browser-arguments.ts';

/** The program that opens an address on this system; the address is one argument, never a shell's word. */
export function openerCommand(platform: NodeJS.Platform, address: string): [string, string[]] {
  if (platform === 'darwin') return ['open', [address]];
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', address]];
  return ['xdg-open', [address]];
}

/** Opens an http, https or mailto address with the system's programs. */
export async function openWithSystem(url: string): Promise<void> {
  const address = externalAddress(url);
  const [program, args] = openerCommand(process.platform, address);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: 'ignore',
      detached: true,
      env: childEnvironment(process.env),
    });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
    child.once('error', (cause) => {
      reject(
        new AppError(
          {
            code: 'not-found',
            scope: 'app',
            next: 'tell-user',
            detail: `Your system's browser could not be started, so the link was not opened: ${program} is missing. Copy the address instead.`,
          },
          cause,
        ),
      );
    });
  });
}
