import { type Command, isLiteral8 } from './port.ts';

/**
 * The bytes of a command from part `from` on, up to its end or up to a literal that the server must first ask for
 * ("+", RFC 9051 4.3). `next` is where to go on: with that literal.
 */
export function commandBytes(
  command: Command,
  tag: string,
  from: number,
  capabilities: ReadonlySet<string>,
): { chunks: Buffer[]; next: number } {
  const { parts } = command;
  const chunks: Buffer[] = [];
  let next = from;
  if (from === 0) chunks.push(Buffer.from(`${tag} `, 'latin1'));
  else chunks.push(literalBytes(parts[next++]));
  for (;;) {
    const part = parts[next];
    if (part === undefined) {
      chunks.push(Buffer.from('\r\n'));
      return { chunks, next };
    }
    if (typeof part === 'string') {
      chunks.push(Buffer.from(part, 'latin1'));
      next++;
      continue;
    }
    const bytes = literalBytes(part);
    // RFC 7888: LITERAL- lets up to 4096 bytes go unasked.
    const unasked = capabilities.has('LITERAL+') || (bytes.length <= 4096 && capabilities.has('LITERAL-'));
    chunks.push(
      Buffer.from(`${isLiteral8(part) ? '~' : ''}{${bytes.length}${unasked ? '+' : ''}}\r\n`, 'latin1'),
    );
    if (!unasked) return { chunks, next };
    chunks.push(bytes);
    next++;
  }
}

function literalBytes(part: Command['parts'][number] | undefined): Buffer {
  if (part === undefined || typeof part === 'string') return Buffer.alloc(0);
  return isLiteral8(part) ? part.literal8 : part;
}
