import { AppError } from '../../../../src-shared/error.ts';
import type { AppendedUid } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { joinText, numberOf, type Part, rawOf, type Tagged } from '../port.ts';
import { expandSet } from '../uid-set.ts';
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

export interface NewMessage {
  bytes: Uint8Array;
  flags: string[];
  internalDate: number;
}

/** APPEND of the bytes as they are; APPENDUID when the server gives it. */
export async function append(
  context: CommandContext,
  path: string,
  bytes: Uint8Array,
  options: { flags: string[]; internalDate: number },
): Promise<AppendedUid | null> {
  return (await appendTogether(context, path, [{ bytes, ...options }]))[0] ?? null;
}

/** In one command where the server has MULTIAPPEND: all of them or none (RFC 3502). Else one after the other. */
export async function appendMany(
  context: CommandContext,
  path: string,
  messages: readonly NewMessage[],
): Promise<(AppendedUid | null)[]> {
  const most = context.port.capabilities.has('MULTIAPPEND') ? 50 : 1;
  const uids: (AppendedUid | null)[] = [];
  for (let i = 0; i < messages.length; i += most)
    uids.push(...(await appendTogether(context, path, messages.slice(i, i + most))));
  return uids;
}

async function appendTogether(
  context: CommandContext,
  path: string,
  messages: readonly NewMessage[],
): Promise<(AppendedUid | null)[]> {
  for (const message of messages) checkLimit(context, message.bytes);
  const parts: Part[] = ['APPEND ', mailboxArgument(path, context.port)];
  for (const message of messages) parts.push(...messageParts(context, message));
  const tagged = await runOk(
    context,
    { name: 'APPEND', parts: joinText(parts) },
    messages.length === 1 ? 'store the message' : 'store the messages',
    'message',
  );
  return appendedUids(tagged, messages.length);
}

/** Flags, date and bytes of one message, as APPEND and REPLACE take them. */
export function messageParts({ port }: CommandContext, message: NewMessage): Part[] {
  const { buffer, byteOffset, byteLength } = message.bytes;
  const literal = Buffer.from(buffer, byteOffset, byteLength);
  const head = ` ${flagList(message.flags)} ${internalDateText(message.internalDate)} `;
  // RFC 6855 4: once UTF8=ACCEPT is on, a message with UTF-8 in its headers goes in this form only.
  return port.utf8 && hasEightBitHeader(literal)
    ? [`${head}UTF8 (`, { literal8: literal }, ')']
    : [head, literal];
}

function hasEightBitHeader(bytes: Buffer): boolean {
  const end = bytes.indexOf('\r\n\r\n');
  return bytes.subarray(0, end === -1 ? bytes.length : end).some((byte) => byte > 127);
}

/** "APPENDUID 7 12" or "APPENDUID 7 12:13" in the order given; null where it says nothing that fits. */
export function appendedUids(tagged: Tagged, count: number): (AppendedUid | null)[] {
  const none = Array.from({ length: count }, () => null);
  if (tagged.code?.name !== 'APPENDUID') return none;
  const uidValidity = numberOf(tagged.code.values[0]);
  const uids = expandSet(rawOf(tagged.code.values[1]), count);
  if (uidValidity === null || uids?.length !== count || uids.includes(0)) return none;
  return uids.map((uid) => ({ uid, uidValidity }));
}

export function checkLimit(context: CommandContext, bytes: Uint8Array): void {
  const limit = appendLimit(context.port.capabilities);
  if (limit === null || bytes.length <= limit) return;
  throw new AppError({
    code: 'refused',
    scope: 'message',
    next: 'tell-user',
    detail: `${context.place.host} takes messages of up to ${Math.floor(limit / 1_000_000)} MB, and this one is larger.`,
  });
}

/** APPENDLIMIT=n (RFC 7889); null without, or when it differs per mailbox. */
export function appendLimit(capabilities: ReadonlySet<string>): number | null {
  for (const name of capabilities) {
    const match = /^APPENDLIMIT=(\d{1,15})$/.exec(name);
    if (match !== null) return Number(match[1]);
  }
  return null;
}
