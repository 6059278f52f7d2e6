import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import type { Page } from 'playwright-core';
import { browserProcesses } from './browser-processes.ts';

/** Whoever asks for anything of what a stranger wrote is written down here. */
export interface RecordingTrap {
  /** "127.0.0.1:4711": what addresses in hostile mail are aimed at, so that nobody needs a name server to reach it. */
  readonly host: string;
  /** What reached the recorder. */
  readonly reached: string[];
  /** Pages, frames, dialogs and downloads that appeared, and addresses that a page asked for. */
  readonly happened: string[];
  /** From now on; `profile` tells whose browser's sockets are traced. */
  watch(page: Page, profile: string): void;
  /** Lines of the trace that lead out of the computer, names asked for included; null where there is no strace. */
  traced(): Promise<string[] | null>;
  stop(): void;
}

/** Every address in `mail` leads to `host`, which is a number. */
export const aimed = (mail: string, host: string): string =>
  mail
    .replace(/https?:\/\/[\w.-]{0,200}leak\.test(?::\d+)?/gi, `http://${host}`)
    // Begun at a word alone: some of these mails are one word of two megabytes.
    .replace(/(?<![\w.-])[\w.-]{1,200}\.leak\.test/gi, host);

export async function setTrap(traceFile: string): Promise<RecordingTrap> {
  const reached: string[] = [];
  const happened: string[] = [];
  const recorder: Server = createServer((socket) => {
    reached.push('a connection');
    socket.on('error', () => undefined);
    socket.once('data', (data) => reached.push(data.toString('latin1').split('\r\n')[0] ?? ''));
  });
  recorder.listen(0, '127.0.0.1');
  await once(recorder, 'listening');
  const { port } = recorder.address() as AddressInfo;
  const own = connect(port, '127.0.0.1', () => own.end());
  await once(own, 'close');
  if (reached.splice(0).length !== 1) throw new Error('the recorder does not record');
  let tracer: ChildProcess | null = null;

  return {
    host: `127.0.0.1:${port}`,
    reached,
    happened,
    watch(page, profile) {
      const ours = new URL(page.url()).origin;
      const context = page.context();
      context.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${ours}/`) && !/^(?:data|blob|about):/.test(url))
          happened.push(`asked for ${url.slice(0, 200)}`);
      });
      context.on('page', (made) => happened.push(`a page: ${made.url()}`));
      page.on('dialog', (dialog) => {
        happened.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('download', () => happened.push('a download'));
      page.on('framenavigated', (frame) => {
        if (!/^(?:about:|https?:\/\/[\w.-]+\/index\.html)/.test(frame.url()))
          happened.push(`a frame went to ${frame.url()}`);
      });
      tracer = trace(profile, traceFile);
    },
    async traced() {
      if (tracer === null) return null;
      await ended(tracer);
      tracer = null;
      return (
        readFileSync(traceFile, 'latin1')
          .split('\n')
          .filter((line) => /AF_INET6?\b/.test(line))
          // How Chromium learns whether there is a way for IPv6: a datagram socket is connected, nothing is sent.
          .filter((line) => !/connect\(.*htons\(443\).*2001:4860:4860::8888/.test(line))
      );
    },
    stop() {
      tracer?.kill('SIGTERM');
      recorder.close();
    },
  };
}

/** Lines are written as they end, so nothing is lost with one that does not come free of a process that hangs. */
async function ended(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode !== null || tracer.signalCode !== null)
    throw new Error(`strace ended by itself (${tracer.exitCode ?? tracer.signalCode})`);
  const gone = once(tracer, 'exit');
  tracer.kill('SIGINT');
  const forced = setTimeout(() => tracer.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(forced);
}

/** Every socket that a process of the browser connects, from outside: names asked for are seen too. */
function trace(profile: string, file: string): ChildProcess | null {
  if (spawnSync('strace', ['-V']).status !== 0) return null;
  const pids = browserProcesses(profile);
  const calls = 'trace=connect,sendto,sendmsg,sendmmsg';
  return spawn(
    'strace',
    ['-f', '-q', '-e', calls, '-o', file, ...pids.flatMap((pid) => ['-p', String(pid)])],
    {
      stdio: 'ignore',
    },
  );
}
