import { AppError } from '../../../src-shared/error.ts';

/**
 * Modified UTF-7 (RFC 3501 5.1.3), the wire's form of mailbox names where UTF8=ACCEPT is not on.
 */
export function encodeModifiedUtf7(name: string): string {
  let out = '';
  let shifted = '';
  const flush = (): void => {
    if (shifted === '') return;
    const bytes = Buffer.from(shifted, 'utf16le').swap16();
    out += `&${bytes.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
    shifted = '';
  };
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code >= 0x20 && code <= 0x7e) {
      flush();
      out += code === 0x26 ? '&-' : name.charAt(i);
    } else {
      shifted += name.charAt(i);
    }
  }
  flush();
  return out;
}

/** The reverse. What is not valid modified UTF-7 stays as it stands, so that the folder can still be named. */
export function decodeModifiedUtf7(raw: string): string {
  return raw.replace(/&([^-]*)-/g, (whole, base64: string) => {
    if (base64 === '') return '&';
    if (!/^[A-Za-z0-9+,]+$/.test(base64)) return whole;
    const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64');
    if (bytes.length === 0 || bytes.length % 2 !== 0) return whole;
    return bytes.swap16().toString('utf16le');
  });
}

/** What the names of one account's server need to be told apart (see ImapPort). */
export interface NameContext {
  readonly utf8: boolean;
  readonly rawNames: Map<string, string>;
}

/** A name off the wire (raw bytes) as people read it and as all our calls take it. */
export function decodeMailboxName(raw: string, context: NameContext): string {
  let name: string;
  // Servers that send UTF-8 without having been asked are read, too.
  if (context.utf8 || /[\u0080-\u00ff]/.test(raw)) name = Buffer.from(raw, 'latin1').toString('utf8');
  else name = decodeModifiedUtf7(raw);
  if (/^inbox$/i.test(name)) return 'INBOX';
  // A name that would not encode to the same bytes could not be opened again: remember the bytes.
  const wire = context.utf8 ? Buffer.from(name, 'utf8').toString('latin1') : encodeModifiedUtf7(name);
  if (wire !== raw) context.rawNames.set(name, raw);
  return name;
}

/**
 * A mailbox name as one argument of a command: a quoted string, or a literal for 8-bit bytes.
 * @throws AppError `bad-params` for names that no server may be sent (CR, LF, NUL).
 */
export function mailboxArgument(path: string, context: NameContext): string | Buffer {
  if (path === '' || hasLineBreakOrNul(path)) {
    throw new AppError({
      code: 'bad-params',
      scope: 'folder',
      next: 'tell-user',
      detail: 'A folder name cannot be empty or hold line breaks.',
    });
  }
  const wire =
    context.rawNames.get(path) ??
    (context.utf8 ? Buffer.from(path, 'utf8').toString('latin1') : encodeModifiedUtf7(path));
  return /^[ -~]*$/.test(wire) ? quoted(wire) : Buffer.from(wire, 'latin1');
}

function hasLineBreakOrNul(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code === 10 || code === 13) return true;
  }
  return false;
}

/** A quoted string; the text must be printable ASCII. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
