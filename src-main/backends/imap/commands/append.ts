import { AppError } from '../../../../src-shared/error.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { numberOf } from '../port.ts';
import { type CommandContext, runOk } from './context.ts';
import { flagList } from './store.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 9051 date-time in UTC, the day padded with a blank. */
export function internalDateText(time: number): string {
  const date = new Date(time);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `"${day}-${months[date.getUTCMonth()] ?? 'Jan'}-${date.getUTCFullYear()} ${clock} +0000"`;
}

/** APPEND of the bytes as they are; APPENDUID when the server gives it. */
export async function append(
  context: CommandContext,
  path: string,
  bytes: Uint8Array,
  options: { flags: string[]; internalDate: number },
): Promise<{ uid: number; uidValidity: number } | null> {
  const limit = appendLimit(context.port.capabilities);
  if (limit !== null && bytes.length > limit) {
    throw new AppError({
      code: 'refused',
      scope: 'message',
      next: 'tell-user',
      detail: `${context.place.host} takes messages of up to ${Math.floor(limit / 1_000_000)} MB, and this one is larger.`,
    });
  }
  const literal = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = mailboxArgument(path, context.port);
  const tagged = await runOk(
    context,
    {
      name: 'APPEND',
      parts: [
        'APPEND ',
        target,
        ` ${flagList(options.flags)} ${internalDateText(options.internalDate)} `,
        literal,
      ],
    },
    'store the message',
    'message',
  );
  if (tagged.code?.name !== 'APPENDUID') return null;
  const uidValidity = numberOf(tagged.code.values[0]);
  const uid = numberOf(tagged.code.values[1]);
  return uid === null || uidValidity === null ? null : { uid, uidValidity };
}

/** APPENDLIMIT=n (RFC 7889); null without, or when it differs per mailbox. */
export function appendLimit(capabilities: ReadonlySet<string>): number | null {
  for (const name of capabilities) {
    const match = /^APPENDLIMIT=(\d{1,15})$/.exec(name);
    if (match !== null) return Number(match[1]);
  }
  return null;
}
