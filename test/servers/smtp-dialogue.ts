import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** SMTP by hand: one line out, the whole reply in (its last line). Shares no code with the program. */
export class SmtpDialogue {
  #socket: Socket;
  #text = '';
  #wake: (() => void) | undefined;
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  /** Connects, upgrades to TLS by STARTTLS when a CA file is given, and logs in when a name is. */
  static async open(options: {
    port: number;
    ca?: string;
    name?: string;
    password?: string;
  }): Promise<SmtpDialogue> {
    const dialogue = new SmtpDialogue(connect({ host: '127.0.0.1', port: options.port, noDelay: true }));
    await dialogue.reply();
    await dialogue.say('EHLO client.test');
    if (options.ca !== undefined) await dialogue.#upgrade(options.ca);
    if (options.name !== undefined) {
      const secret = Buffer.from(`\0${options.name}\0${options.password ?? ''}`).toString('base64');
      const answer = await dialogue.say(`AUTH PLAIN ${secret}`);
      if (!answer.startsWith('235')) throw new Error(answer);
    }
    return dialogue;
  }

  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return await this.reply();
  }

  /** DATA, the mail, the final dot; the reply to the dot. */
  async data(mail: string): Promise<string> {
    const go = await this.say('DATA');
    if (!go.startsWith('354')) return go;
    this.#socket.write(`${mail.replace(/^\./gm, '..')}\r\n.\r\n`);
    return await this.reply();
  }

  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*(\d{3}(?: [^\r\n]*)?)\r?\n/.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length);
        return match[1] ?? '';
      }
      if (this.#ended) throw new Error('the server closed the connection');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async #upgrade(ca: string): Promise<void> {
    const go = await this.say('STARTTLS');
    if (!go.startsWith('220')) throw new Error(go);
    this.#socket.removeAllListeners('data');
    this.#socket = connectTls({ socket: this.#socket, ca: readFileSync(ca), servername: 'localhost' });
    this.#listen(this.#socket);
    await this.say('EHLO client.test');
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('utf8');
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('error', end);
    socket.on('close', end);
  }
}
