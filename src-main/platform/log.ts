import { mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string, detail?: Record<string, unknown>) => void;

/** Two files of at most this size; the older one is replaced. */
const mostBytes = 2_000_000;

/** Keys whose values never reach the log, wherever they stand. */
const secretKeys = [
  'password',
  'token',
  'passphrase',
  'subject',
  'address',
  'to',
  'from',
  'text',
  'html',
  'username',
  'raw',
  'base64',
];

export interface OpenLog {
  log: Log;
  file: string;
  /** The newest lines, oldest first. */
  read(limit: number): string[];
  close(): void;
}

/**
 * The log that the user can read and save: one JSON object a line, without secrets, addresses or
 * subjects. Errors go to standard error too; standard output belongs to the automation interface.
 */
export function openLog(directory: string, options: { stderr: boolean }): OpenLog {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'posthorn.log');
  rotate(file);
  const destination = pino.destination({ dest: file, mkdir: false, sync: true, mode: 0o600 });
  // A log that cannot be written (disk full) must not end the program.
  destination.on('error', () => undefined);
  const logger = pino({ level: 'debug', base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  let lines = 0;
  return {
    file,
    log(level, message, detail) {
      // A program that runs for months keeps to two files too.
      if (++lines % 1_000 === 0 && rotate(file)) destination.reopen();
      const clean = detail === undefined ? {} : redact(detail);
      logger[level](clean, maskAddresses(message));
      if (options.stderr && (level === 'warn' || level === 'error')) {
        process.stderr.write(
          `posthorn: ${maskAddresses(message)}${detail === undefined ? '' : ` ${JSON.stringify(clean)}`}\n`,
        );
      }
    },
    read(limit) {
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      return lines.slice(-limit);
    },
    close: () => destination.end(),
  };
}

/** True: the file was set aside and a new one is wanted. */
function rotate(file: string): boolean {
  try {
    if (statSync(file).size <= mostBytes) return false;
    renameSync(file, `${file}.1`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}

/** "ann@example.org" → "…@example.org": which server matters, who does not. */
function maskAddresses(text: string): string {
  return text.replaceAll(/[^\s<>"'@,;:(]+@(?=[\w.-])/gu, '…@');
}

function redact(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) => {
      if (secretKeys.includes(key)) return [key, '[left out]'];
      if (typeof value === 'string') return [key, maskAddresses(value).slice(0, 500)];
      if (value instanceof Error) return [key, maskAddresses(value.stack ?? value.message)];
      if (value !== null && typeof value === 'object' && !Array.isArray(value))
        return [key, redact(value as Record<string, unknown>)];
      return [key, value];
    }),
  );
}
