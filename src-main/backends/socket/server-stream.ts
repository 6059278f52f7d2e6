import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ServerSettings } from '../../../src-shared/model/account.ts';
import type { ClientCertificate } from '../../platform/client-certificate.ts';
import type { Clock } from '../../platform/clock.ts';
import { type MailNetwork, openTcp, secure, type StreamTarget } from './open-stream.ts';

/** What an account's server may be told of who we are. */
export interface Credentials {
  password?: string | undefined;
  /** OAuth 2 access token. */
  token?: string | undefined;
  certificate?: ClientCertificate | undefined;
}

export interface ServerStreamOptions {
  server: ServerSettings;
  credentials: Credentials;
  network: MailNetwork;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/**
 * What lies below a protocol: TCP, and TLS at once or when the protocol has asked for it. Nothing is written over
 * TLS before its certificate was accepted, and there is no way back from TLS to clear.
 */
export class ServerStream {
  readonly tcp: Socket;
  stream: Duplex;
  readonly #target: StreamTarget;
  readonly #signal: AbortSignal | undefined;
  #onClose: (() => void) | null = null;

  private constructor(tcp: Socket, target: StreamTarget) {
    this.tcp = tcp;
    this.stream = tcp;
    this.#target = target;
    this.#signal = target.signal;
    this.#signal?.addEventListener('abort', this.#end);
  }

  /** @throws AppError */
  static async open(options: ServerStreamOptions, timeoutMs: number): Promise<ServerStream> {
    const { server, credentials, network, clock, signal } = options;
    const target: StreamTarget = {
      host: server.host,
      port: server.port,
      trustFingerprint256: server.trustFingerprint256,
      clientCertificate: credentials.certificate,
      network,
      clock,
      timeoutMs,
      signal,
    };
    const opened = new ServerStream(await openTcp(target), target);
    try {
      if (server.tls === 'implicit') await opened.secure();
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  get isSecure(): boolean {
    return this.stream instanceof TLSSocket;
  }

  /** TLS over what stands; everything said before it must be forgotten by the caller. @throws AppError */
  async secure(): Promise<Duplex> {
    this.stream = await secure(this.stream, this.#target);
    return this.stream;
  }

  /** Run first when it is closed or given up: the protocol's own end. */
  whenClosed(listener: () => void): void {
    this.#onClose = listener;
  }

  /** The signal was for connecting and signing in only. */
  release(): void {
    this.#signal?.removeEventListener('abort', this.#end);
  }

  close(): void {
    this.release();
    this.#end();
  }

  readonly #end = (): void => {
    this.#onClose?.();
    this.stream.destroy();
    this.tcp.destroy();
  };
}
