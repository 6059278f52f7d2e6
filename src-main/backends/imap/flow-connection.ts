import type { Duplex } from 'node:stream';
import { ImapFlow, type ImapTransportSocket } from 'imapflow';
import type { Timer } from '../../platform/clock.ts';
import { ConnectionLost } from '../socket/connection-lost.ts';
import {
  type Command,
  type ImapPort,
  rawOf,
  type ResponseCode,
  type Tagged,
  type Untagged,
  type Value,
} from './port.ts';
import { largestLiteral } from './response-reader.ts';
import type { ConnectionOptions, WireConnection } from './wire-connection.ts';
import { lintCommand } from './wire-lint.ts';

/** The parts of imapflow's parse tree that are read here (its .d.ts leaves them out). */
interface FlowAttribute {
  type?: string;
  value?: unknown;
  section?: FlowNode[];
}
type FlowNode = FlowAttribute | FlowNode[] | null | string;
interface FlowResponse {
  tag: string;
  command: string;
  attributes?: FlowNode[];
  /** The numbers of a SEARCH answer, which imapflow reads without its tokenizer. */
  numbers?: number[];
}
type FlowHandler = (response: FlowResponse) => void | Promise<void>;

/** What imapflow 2.10.2 marks @internal and strips from its types; pinned with its version. */
interface FlowInternals {
  commands: Map<string, (connection: FlowInternals, ...args: never[]) => Promise<unknown>>;
  untaggedHandlers: Record<string, FlowHandler | null>;
  state: number;
  states: { LOGOUT: number };
  socket: Duplex | false;
  exec(
    command: string,
    attributes: unknown[],
    options: Record<string, unknown>,
  ): Promise<{ response: FlowResponse; next: () => void }>;
  write(chunk: string | Buffer): void;
  throttleWait(delay: number): Promise<boolean>;
  connect(): Promise<void>;
  close(): void;
  on(event: string, listener: (argument: unknown) => void): void;
}

const untaggedNames = [
  'LIST',
  'LSUB',
  'STATUS',
  'SEARCH',
  'ESEARCH',
  'FETCH',
  'EXISTS',
  'EXPUNGE',
  'VANISHED',
  'FLAGS',
  'OK',
  'NO',
  'BAD',
  'ENABLED',
  'RECENT',
];
const far = 2 ** 31 - 1;

/**
 * A signed-in connection read by imapflow: its parser, its queue and its IDLE. It is handed the
 * stream with a PREAUTH greeting of ours before it, so that connecting, TLS, SASL and COMPRESS are
 * the same code for every connection, and so that none of its own commands runs (ADR 3: its MOVE can
 * lose mail, its CLOSE expunges, its STORE can send a bare replacement).
 */
export class FlowConnection implements ImapPort {
  readonly capabilities: ReadonlySet<string>;
  readonly utf8: boolean;
  readonly rawNames: Map<string, string>;
  selected: ImapPort['selected'] = null;
  onUnsolicited: ((response: Untagged) => void) | null = null;
  onClosed: ((detail: string) => void) | null = null;

  readonly #client: FlowInternals;
  readonly #options: ConnectionOptions;
  readonly #stream: Duplex;
  #queue: Promise<unknown> = Promise.resolve();
  #current: Command | null = null;
  #closed: string | null = null;
  #timedOut = false;
  #lastActivity: number;
  #timer: Timer | null = null;
  #handling = 0;
  #lastWritable = 0;
  #wireCounter = 0;

  private constructor(
    wire: WireConnection,
    options: ConnectionOptions,
    client: FlowInternals,
    stream: Duplex,
  ) {
    this.capabilities = wire.capabilities;
    this.utf8 = wire.utf8;
    this.rawNames = wire.rawNames;
    this.#options = options;
    this.#client = client;
    this.#stream = stream;
    this.#lastActivity = options.clock.monotonic();
    stream.on('data', () => (this.#lastActivity = options.clock.monotonic()));
  }

  /** Takes the stream over from the connection that signed in. @throws ConnectionLost */
  static async take(wire: WireConnection, options: ConnectionOptions): Promise<FlowConnection> {
    const { stream, leftover } = wire.detach();
    const greeting = Buffer.from(`* PREAUTH [CAPABILITY ${[...wire.capabilities].join(' ')}] signed in\r\n`);
    stream.unshift(Buffer.concat([greeting, leftover]));
    const client = new ImapFlow({
      host: 'imap',
      secure: true,
      transport: {
        connect: (_options, onConnect) => {
          setImmediate(onConnect);
          return stream as unknown as ImapTransportSocket;
        },
      },
      logger: false,
      disableAutoIdle: true,
      disableAutoEnable: true,
      disableCompression: true,
      disableIMAP4rev2: true,
      maxLiteralSize: largestLiteral,
      // Time-outs are ours, by the clock that tests can move.
      socketTimeout: far,
    }) as unknown as FlowInternals;
    client.commands = new Map();
    for (const name of ['CAPABILITY', 'ID', 'NAMESPACE'])
      client.commands.set(name, () => Promise.resolve(true));
    // Throttling is the scheduler's business: a refusal must come out at once, not minutes later.
    client.throttleWait = () => Promise.resolve(false);
    const flow = new FlowConnection(wire, options, client, stream);
    client.on('error', (error) =>
      flow.close(error instanceof Error ? error.message : 'the connection failed'),
    );
    client.on('close', () => flow.close('the server closed it'));
    try {
      await client.connect();
    } catch (error) {
      flow.close('the connection failed');
      throw new ConnectionLost(error instanceof Error ? error.message : 'the connection failed', false);
    }
    for (const name of untaggedNames)
      client.untaggedHandlers[name] = (response) => flow.#onUntagged(response);
    const bye = client.untaggedHandlers['BYE'];
    client.untaggedHandlers['BYE'] = (response) => {
      const { text } = resultOf(response);
      if (flow.#current?.name !== 'LOGOUT')
        flow.close(text === '' ? 'the server said goodbye' : `the server said: ${text}`);
      return bye?.(response);
    };
    return flow;
  }

  get alive(): boolean {
    return this.#closed === null;
  }

  run(command: Command): Promise<Tagged> {
    const result = this.#queue.then(() => this.#run(command));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** IDLE until `stop` resolves. Resolves with the tagged answer. @throws ConnectionLost */
  idle(onUntagged: (response: Untagged) => void, stop: Promise<void>): Promise<Tagged> {
    let started = false;
    let stopping = false;
    const done = (): void => {
      if (!this.alive) return;
      this.#options.onWire?.('DONE');
      this.#client.write('DONE');
      // From now on the server owes the tagged answer.
      this.#lastActivity = this.#options.clock.monotonic();
      this.#arm();
    };
    void stop.then(() => {
      stopping = true;
      if (started) done();
    });
    return this.run({
      name: 'IDLE',
      parts: ['IDLE'],
      onUntagged,
      onContinue: () => {
        started = true;
        this.#timer?.cancel();
        this.#timer = null;
        if (stopping) done();
        return '';
      },
    });
  }

  async logout(): Promise<void> {
    if (this.alive && this.#current === null) {
      const farewell = this.run({ name: 'LOGOUT', parts: ['LOGOUT'] }).catch(() => undefined);
      const timer = new Promise<void>((resolve) => this.#options.clock.setTimeout(resolve, 2_000));
      await Promise.race([farewell, timer]);
    }
    this.close('signed out');
  }

  close(detail: string): void {
    if (this.#closed !== null) return;
    this.#closed = detail;
    this.#timer?.cancel();
    this.#timer = null;
    this.#client.close();
    this.#stream.on('error', () => undefined);
    this.#stream.destroy();
    this.onClosed?.(detail);
    this.onClosed = null;
  }

  async #run(command: Command): Promise<Tagged> {
    if (this.#closed !== null) throw new ConnectionLost(this.#closed, false);
    const line = command.parts.map((part) => (typeof part === 'string' ? part : `{${part.length}}`)).join('');
    const offence = lintCommand(line, this.capabilities);
    if (offence !== null) {
      this.#options.onOffence?.(offence.rule);
      throw new Error(`A command was stopped before it was sent: ${offence.rule}.`);
    }
    this.#options.onWire?.(`F${++this.#wireCounter} ${command.mask ?? line}`);
    const [name, attributes] = attributesOf(command.parts);
    this.#current = command;
    this.#lastActivity = this.#options.clock.monotonic();
    this.#arm();
    let sent = false;
    try {
      const execution = this.#client.exec(name, attributes, {
        onSend: () => (sent = true),
        ...(command.onContinue === undefined ? {} : { onPlusTag: () => void command.onContinue?.('') }),
      });
      const { response, next } = await execution;
      next();
      return resultOf(response);
    } catch (error) {
      const response = refusedWith(error);
      if (response !== null) return resultOf(response);
      const detail = this.#closed ?? (error instanceof Error ? error.message : String(error));
      this.close(detail);
      throw new ConnectionLost(detail, sent, this.#timedOut);
    } finally {
      this.#current = null;
      this.#timer?.cancel();
      this.#timer = null;
    }
  }

  #onUntagged(response: FlowResponse): void | Promise<void> {
    const untagged = toUntagged(response);
    const current = this.#current;
    if (current?.onUntagged === undefined) {
      this.onUnsolicited?.(untagged);
      return undefined;
    }
    const wait = current.onUntagged(untagged);
    if (wait === undefined) return undefined;
    this.#handling++;
    return wait.finally(() => {
      this.#handling--;
      this.#lastActivity = this.#options.clock.monotonic();
    });
  }

  #arm(): void {
    if (this.#timer !== null || this.#closed !== null) return;
    const { clock, inactivityMs } = this.#options;
    this.#timer = clock.setTimeout(
      () => {
        this.#timer = null;
        if (this.#current === null) return;
        if (this.#handling > 0 || this.#stream.writableLength !== this.#lastWritable) {
          this.#lastWritable = this.#stream.writableLength;
          this.#lastActivity = clock.monotonic();
        }
        if (clock.monotonic() - this.#lastActivity >= inactivityMs - 1) {
          this.#timedOut = true;
          this.close('the server does not answer');
          return;
        }
        this.#arm();
      },
      Math.max(1, inactivityMs - (clock.monotonic() - this.#lastActivity)),
    );
  }
}

/** imapflow puts the blanks around literals itself. */
function attributesOf(parts: Command['parts']): [string, unknown[]] {
  const first = typeof parts[0] === 'string' ? parts[0] : '';
  const space = first.indexOf(' ');
  const name = space === -1 ? first : first.slice(0, space);
  const texts = [space === -1 ? '' : first.slice(space + 1), ...parts.slice(1)];
  const attributes: unknown[] = [];
  for (const part of texts) {
    if (typeof part !== 'string') attributes.push({ type: 'LITERAL', value: part });
    else if (part.trim() !== '') attributes.push({ type: 'TEXT', value: part.replace(/^ +| +$/g, '') });
  }
  return [name, attributes];
}

function refusedWith(error: unknown): FlowResponse | null {
  if (!(error instanceof Error) || !('response' in error) || !('responseStatus' in error)) return null;
  const { response, responseStatus } = error;
  if (responseStatus !== 'NO' && responseStatus !== 'BAD') return null;
  return typeof response === 'object' && response !== null && 'command' in response
    ? (response as FlowResponse)
    : null;
}

function toUntagged(response: FlowResponse): Untagged {
  const attributes = response.attributes ?? [];
  if (/^\d+$/.test(response.command)) {
    return {
      number: Number(response.command),
      name: textValue(attributes[0]).toUpperCase(),
      values: toValues(attributes.slice(1)),
      code: null,
      text: '',
    };
  }
  const name = response.command.toUpperCase();
  if (name === 'OK' || name === 'NO' || name === 'BAD') {
    const { code, text } = resultOf(response);
    return { number: null, name, values: [], code, text };
  }
  const values = toValues(attributes);
  if (response.numbers !== undefined)
    return { number: null, name, values: [...response.numbers.map(String), ...values], code: null, text: '' };
  return { number: null, name, values, code: null, text: '' };
}

function resultOf(response: FlowResponse): Tagged {
  const status = response.command.toUpperCase();
  let code: ResponseCode | null = null;
  const texts: string[] = [];
  for (const attribute of response.attributes ?? []) {
    if (
      isAttribute(attribute) &&
      attribute.section !== undefined &&
      code === null &&
      rawValue(attribute.value) === ''
    ) {
      const [first, ...rest] = toValues(attribute.section);
      code = { name: rawOf(first).toUpperCase(), values: rest };
    } else {
      const text = textValue(attribute);
      if (text !== '') texts.push(text);
    }
  }
  return { status: status === 'OK' || status === 'NO' ? status : 'BAD', code, text: texts.join(' ').trim() };
}

function isAttribute(node: FlowNode | undefined): node is FlowAttribute {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function textValue(node: FlowNode | undefined): string {
  if (typeof node === 'string') return node;
  return isAttribute(node) ? rawValue(node.value) : '';
}

function rawValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return Buffer.isBuffer(value) ? value.toString('latin1') : '';
}

function toValues(nodes: readonly FlowNode[]): Value[] {
  return nodes.map(toValue);
}

function toValue(node: FlowNode): Value {
  if (node === null) return null;
  if (typeof node === 'string') return bytesOf(node);
  if (Array.isArray(node)) return toValues(node);
  if (node.section !== undefined) return `${rawValue(node.value)}[${sectionText(node.section)}]`;
  if (Buffer.isBuffer(node.value)) return node.value;
  return bytesOf(rawValue(node.value));
}

/** imapflow has decoded lines as UTF-8; here strings are bytes. */
function bytesOf(text: string): string {
  return /[^\u0000-\u007f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

function sectionText(nodes: readonly FlowNode[]): string {
  return nodes.map((node) => (Array.isArray(node) ? `(${sectionText(node)})` : textValue(node))).join(' ');
}
