import type { Duplex } from 'node:stream';
import { ImapFlow, type ImapTransportSocket } from 'imapflow';
import { ConnectionLost } from '../socket/connection-lost.ts';
import { admitCommand, type ConnectionOptions, sayGoodbye } from './admit-command.ts';
import { attributesOf, type FlowResponse, refusedWith, resultOf, toUntagged } from './flow-response.ts';
import type { Command, ImapPort, ServerProfile, Tagged, Untagged } from './port.ts';
import { largestLiteral, longestLine } from './response-reader.ts';
import { SilenceWatch } from './silence-watch.ts';
import type { WireConnection } from './wire-connection.ts';

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

const untaggedNames =
  'LIST LSUB STATUS SEARCH ESEARCH FETCH EXISTS EXPUNGE VANISHED FLAGS OK NO BAD ENABLED RECENT QUOTA ACL MYRIGHTS'.split(
    ' ',
  );
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
  readonly profile: ServerProfile;
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
  readonly #silence: SilenceWatch;
  #wireCounter = 0;

  private constructor(
    wire: WireConnection,
    options: ConnectionOptions,
    client: FlowInternals,
    stream: Duplex,
  ) {
    this.capabilities = wire.capabilities;
    this.utf8 = wire.utf8;
    this.profile = wire.profile;
    this.rawNames = wire.rawNames;
    this.#options = options;
    this.#client = client;
    this.#stream = stream;
    this.#silence = new SilenceWatch(
      stream,
      options.clock,
      options.inactivityMs,
      () => this.#current !== null,
      () => {
        this.#timedOut = true;
        this.close('the server does not answer');
      },
    );
    let sinceLineEnd = 0;
    stream.on('data', (chunk: Buffer) => {
      this.#silence.touch();
      const lineEnd = chunk.lastIndexOf(10);
      sinceLineEnd = lineEnd === -1 ? sinceLineEnd + chunk.length : chunk.length - lineEnd;
      // imapflow bounds literals, and waits for the end of a line for ever.
      if (sinceLineEnd > longestLine + largestLiteral) this.close('a line without an end');
    });
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
      this.#silence.begin();
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
        this.#silence.end();
        if (stopping) done();
        return '';
      },
    });
  }

  logout(): Promise<void> {
    return sayGoodbye(this, this.#current !== null, this.#options.clock);
  }

  close(detail: string): void {
    if (this.#closed !== null) return;
    this.#closed = detail;
    this.#silence.end();
    this.#client.close();
    this.#stream.on('error', () => undefined);
    this.#stream.destroy();
    this.onClosed?.(detail);
    this.onClosed = null;
  }

  async #run(command: Command): Promise<Tagged> {
    if (this.#closed !== null) throw new ConnectionLost(this.#closed, false);
    admitCommand(command, `F${++this.#wireCounter}`, this.capabilities, this.#options);
    const [name, attributes] = attributesOf(command.parts);
    this.#current = command;
    this.#silence.begin();
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
      this.#silence.end();
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
    return wait === undefined ? undefined : this.#silence.during(wait);
  }
}
