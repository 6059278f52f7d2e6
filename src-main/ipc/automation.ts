import type { Readable, Writable } from 'node:stream';
import * as v from 'valibot';
import { errorCodes, toAppError } from '../../src-shared/error.ts';
import type { Push } from './push.ts';
import { isEventName } from './push.ts';
import type { Serve } from './serve.ts';

/** A longer line is refused (-32600) and skipped. */
const longestLine = 64 * 1024 * 1024;

const requestSchema = v.object({
  jsonrpc: v.literal('2.0'),
  id: v.optional(v.union([v.string(), v.number(), v.null()])),
  method: v.string(),
  params: v.optional(v.union([v.record(v.string(), v.unknown()), v.array(v.unknown())])),
});

export interface Automation {
  /** Resolves at the end of input, when every call made before it is answered. */
  readonly ended: Promise<void>;
  /** Every answer written so far has left the process. */
  flush(): Promise<void>;
}

/**
 * JSON-RPC 2.0, one object a line, on standard input and output. Calls run side by side; a bad line is
 * answered with an error and the program goes on.
 */
export function startAutomation(input: Readable, output: Writable, serve: Serve, push: Push): Automation {
  let wanted: ReadonlySet<string> | null = null;
  const running = new Set<Promise<void>>();
  // Nobody reads the answers any more (EPIPE): what is asked is still done, then input ends too.
  const unheard = new Promise<void>((resolve) => output.on('error', () => resolve()));

  function write(message: Record<string, unknown>): void {
    // JSON lets these stand in a string, but many readers of lines (Node's own among them) end a line there.
    const json = JSON.stringify({ jsonrpc: '2.0', ...message }).replace(
      /[\u0085\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    output.write(`${json}\n`);
  }

  function fail(id: unknown, code: number, message: string, data?: unknown): void {
    write({ id: id ?? null, error: { code, message, ...(data === undefined ? {} : { data }) } });
  }

  async function answer(line: string): Promise<void> {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      fail(null, -32700, 'That line is not JSON.');
      return;
    }
    const request = v.safeParse(requestSchema, parsed);
    if (!request.success) {
      const id = typeof parsed === 'object' && parsed !== null && 'id' in parsed ? parsed.id : null;
      fail(
        typeof id === 'string' || typeof id === 'number' ? id : null,
        -32600,
        'That is not a JSON-RPC 2.0 request.',
      );
      return;
    }
    const { id, method, params } = request.output;
    const silent = id === undefined;
    if (Array.isArray(params)) {
      if (!silent) fail(id, -32602, 'Parameters are given by name, as an object.');
      return;
    }
    if (method === 'events.subscribe') {
      const names = v.safeParse(v.object({ names: v.array(v.string()) }), params);
      if (names.success) wanted = new Set(names.output.names.filter(isEventName));
    }
    const outcome = await serve(method, params ?? {}, 'automation');
    if (silent) return;
    if (outcome.ok) write({ id, result: outcome.value });
    else
      fail(
        id,
        codeOf(outcome.error.code, outcome.unknownMethod === true),
        outcome.error.detail,
        outcome.error,
      );
  }

  push.listen((event, params) => {
    if (wanted === null || wanted.has(event)) write({ method: 'event', params: { name: event, ...params } });
  });

  const ended = readLines(
    input,
    (line) => {
      const call = answer(line)
        // An answer too long for one string, say: the caller hears of it, the program goes on.
        .catch((thrown: unknown) =>
          fail(idOf(line), -32603, 'The answer could not be written.', toAppError(thrown).data),
        )
        .finally(() => running.delete(call));
      running.add(call);
    },
    () => fail(null, -32600, 'That line is longer than 64 MiB and was skipped.'),
  )
    // Input that breaks is input that ended.
    .catch(() => undefined)
    .then(() => Promise.race([Promise.all(running), unheard]))
    .then(() => undefined);

  return {
    ended,
    flush: () => new Promise((resolve) => output.write('', () => resolve())),
  };
}

function idOf(line: string): string | number | null {
  const parsed = v.safeParse(requestSchema, JSON.parse(line));
  return parsed.success ? (parsed.output.id ?? null) : null;
}

/** Reserved codes where JSON-RPC has one; else one of ours, in the range for servers. */
function codeOf(code: string, unknownMethod: boolean): number {
  if (unknownMethod) return -32601;
  if (code === 'bad-params') return -32602;
  if (code === 'bug') return -32603;
  return -32001 - errorCodes.findIndex((known) => known === code);
}

async function readLines(
  input: Readable,
  onLine: (line: string) => void,
  onTooLong: () => void,
): Promise<void> {
  let parts: Buffer[] = [];
  let length = 0;
  let skipping = false;
  const end = (): void => {
    if (!skipping) {
      const line = Buffer.concat(parts).toString('utf8').trim();
      if (line !== '') onLine(line);
    }
    parts = [];
    length = 0;
    skipping = false;
  };
  for await (const chunk of input) {
    let rest: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    for (;;) {
      const at = rest.indexOf(0x0a);
      const piece = at === -1 ? rest : rest.subarray(0, at);
      length += piece.length;
      if (!skipping && length > longestLine) {
        skipping = true;
        parts = [];
        onTooLong();
      }
      if (!skipping) parts.push(piece);
      if (at === -1) break;
      end();
      rest = rest.subarray(at + 1);
    }
  }
  end();
}
