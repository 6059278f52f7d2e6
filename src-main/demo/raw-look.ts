import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { toModifiedUtf7 } from './modified-utf7.ts';

/**
 * Looks at the server with commands typed by hand, so to speak: it shares no code with Posthorn's IMAP, so that the
 * demo does not ask Posthorn whether Posthorn is right.
 */
export class RawLook {
  readonly #socket: TLSSocket;
  #text = '';
  #tag = 0;
  #wake: () => void = () => undefined;
  #gone: Error | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    const lost = (error?: Error): void => {
      this.#gone ??= error ?? new Error('the server closed the raw connection');
      this.#wake();
    };
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    socket.on('error', lost);
    socket.on('close', () => lost());
  }

  static async open(
    server: { port: number; caFile: string },
    user: { address: string; password: string },
  ): Promise<RawLook> {
    const ca = readFileSync(server.caFile, 'utf8');
    const socket = connect({ host: '127.0.0.1', port: server.port, ca, servername: 'localhost' });
    const look = new RawLook(socket);
    await look.#until(/^\* OK.*\r\n/);
    await look.command(`LOGIN "${user.address}" "${user.password}"`);
    return look;
  }

  /** Everything the server said up to its tagged OK; throws on NO and BAD. */
  async command(command: string): Promise<string> {
    this.#tag += 1;
    const tag = `r${this.#tag}`;
    this.#text = '';
    this.#socket.write(`${tag} ${command}\r\n`);
    const [said, status = ''] = await this.#until(new RegExp(`^[^]*?^${tag} (OK|NO|BAD)[^\r]*\r\n`, 'm'));
    if (status !== 'OK') throw new Error(`${command.split(' ')[0] ?? ''}: ${said}`);
    return said;
  }

  /** Number of messages of every folder that can be opened. */
  async counts(): Promise<Map<string, number>> {
    const listed = await this.command('LIST "" "*"');
    const counts = new Map<string, number>();
    for (const [, attributes = '', name = ''] of listed.matchAll(/^\* LIST \(([^)]*)\) \S+ (.+)\r$/gm)) {
      if (/\\(Noselect|NonExistent)/i.test(attributes)) continue;
      const status = await this.command(`STATUS ${name} (MESSAGES)`);
      counts.set(name.replace(/^"|"$/g, ''), Number(/MESSAGES (\d+)/.exec(status)?.[1] ?? 0));
    }
    return counts;
  }

  /** Flags of each message of a folder with that Message-ID; [] when there is none. */
  async find(folder: string, messageIdHeader: string): Promise<string[][]> {
    await this.command(`EXAMINE ${quoted(folder)}`);
    const found = await this.command(`UID SEARCH HEADER Message-ID ${JSON.stringify(messageIdHeader)}`);
    const uids = (/^\* SEARCH([ \d]*)/m.exec(found)?.[1] ?? '').trim();
    if (uids === '') return [];
    const fetched = await this.command(`UID FETCH ${uids.replaceAll(' ', ',')} (FLAGS)`);
    return [...fetched.matchAll(/FLAGS \(([^)]*)\)/g)].map(([, flags = '']) =>
      flags.split(' ').filter((flag) => flag !== '' && flag !== '\\Recent'),
    );
  }

  async hasFolder(folder: string): Promise<boolean> {
    return (await this.command(`LIST "" ${quoted(folder)}`)).startsWith('* LIST');
  }

  async close(): Promise<void> {
    if (this.#gone === undefined) await this.command('LOGOUT');
    this.#socket.destroy();
  }

  async #until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) return match;
      if (this.#gone !== undefined) throw this.#gone;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const quoted = (folder: string): string => JSON.stringify(toModifiedUtf7(folder));
