import { AppError } from '../../../src-shared/error.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Command, type ImapPort, isLiteral8, type Part } from './port.ts';
import { lintCommand } from './wire-lint.ts';

export interface ConnectionOptions {
  clock: Clock;
  /** Silence while a command waits, in milliseconds, after which the connection counts as dead. */
  inactivityMs: number;
  /** Every command line as sent, secrets masked. */
  onWire?: ((line: string) => void) | undefined;
  /** A command that must not be sent was stopped. */
  onOffence?: ((rule: string) => void) | undefined;
  rawNames: Map<string, string>;
}

/** A command's line with the sizes of its literals in their place. */
export function lineOf(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      return isLiteral8(part) ? `~{${part.literal8.length}}` : `{${part.length}}`;
    })
    .join('');
}

/**
 * Every command of both readers goes through here before a byte of it is written (rule R11).
 * @throws AppError `bug` for what must never reach a server; it is not sent.
 */
export function admitCommand(
  command: Command,
  tag: string,
  capabilities: ReadonlySet<string>,
  options: ConnectionOptions,
): void {
  const line = lineOf(command.parts);
  const offence = lintCommand(line, capabilities, command.dance);
  if (offence !== null) {
    options.onOffence?.(offence.rule);
    throw new AppError({
      code: 'bug',
      scope: 'account',
      next: 'bug',
      detail: `Posthorn stopped a command of its own before it was sent: ${offence.rule}. Nothing was changed on the server.`,
    });
  }
  options.onWire?.(`${tag} ${command.mask ?? line}`);
}

/** LOGOUT without waiting for more than a moment, then the end. */
export async function sayGoodbye(port: ImapPort, busy: boolean, clock: Clock): Promise<void> {
  if (port.alive && !busy) {
    const farewell = port.run({ name: 'LOGOUT', parts: ['LOGOUT'] }).catch(() => undefined);
    const timer = new Promise<void>((resolve) => clock.setTimeout(resolve, 2_000));
    await Promise.race([farewell, timer]);
  }
  port.close('signed out');
}
