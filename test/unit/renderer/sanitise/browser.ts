import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { contentPolicy } from '../../../../src-main/shell/content-policy.ts';
import type { Harness } from './harness.ts';

declare global {
  interface Window {
    harness: Harness;
    __xss?: unknown;
  }
}

export const chromiumPath = '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

export interface TestBrowser {
  page: Page;
  /** Requests, connections, dialogs, navigations: everything that no mail may cause. */
  incidents: string[];
  /** Paths below /remote/ that were asked for. */
  remote: string[];
  close(): Promise<void>;
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** A real Chromium with the harness at https://app.invalid/; every other way out ends at a proxy that counts. */
export async function openTestBrowser(
  options: { policy: 'window' | 'hidden page' | 'none' } = { policy: 'window' },
): Promise<TestBrowser> {
  const policy =
    options.policy === 'none'
      ? null
      : contentPolicy(options.policy === 'window' ? '/index.html' : '/sanitise.html', 'https://app.invalid');
  const incidents: string[] = [];
  const remote: string[] = [];
  const proxy = await countingProxy(incidents);
  harnessCode ??= buildHarness();
  const code = await harnessCode;
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
    proxy: { server: `http://127.0.0.1:${proxy.port}`, bypass: '<-loopback>' },
  });
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  await page.route('**/*', async (route) => {
    const url = route.request().url();
    if (url === 'https://app.invalid/')
      await route.fulfill({
        contentType: 'text/html',
        headers: policy === null ? {} : { 'content-security-policy': policy },
        body: '<!doctype html><html><body><script type="module" src="/harness.js"></script></body></html>',
      });
    else if (url === 'https://app.invalid/harness.js')
      await route.fulfill({ contentType: 'text/javascript', body: code });
    else if (url.startsWith('https://app.invalid/remote/')) {
      remote.push(url.slice('https://app.invalid/remote/'.length));
      await route.fulfill({ contentType: 'image/png', body: png });
    } else if (url.startsWith('data:') || url.startsWith('blob:')) await route.continue();
    else {
      incidents.push(`request ${url}`);
      await route.abort();
    }
  });
  page.on('dialog', (dialog) => {
    incidents.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', () => incidents.push('popup'));
  await page.goto('https://app.invalid/');
  await page.waitForFunction(() => 'harness' in window);
  proxy.counting = true;
  page.on('framenavigated', (frame) => {
    if (!frame.url().startsWith('about:')) incidents.push(`navigation ${frame.url()}`);
  });
  return {
    page,
    incidents,
    remote,
    close: async () => {
      await browser.close();
      proxy.server.close();
    },
  };
}

/** Once a file: it opens up to three browsers. */
let harnessCode: Promise<string> | undefined;

async function buildHarness(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: resolve(import.meta.dirname, 'harness.ts'), formats: ['es'], fileName: 'harness' },
    },
  });
  const output = (Array.isArray(built) ? built[0] : built) as { output: { code?: string }[] };
  return output.output[0]?.code ?? '';
}

async function countingProxy(
  incidents: string[],
): Promise<{ server: Server; port: number; counting: boolean }> {
  const state = { server: createServer(), port: 0, counting: false };
  state.server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      const line = data.toString('latin1').split('\r\n')[0] ?? '';
      // Chromium's own start-up traffic is not the mail's.
      if (state.counting && !/google|gstatic|chromium/.test(line)) incidents.push(`connection ${line}`);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => state.server.listen(0, '127.0.0.1', resolve));
  state.port = (state.server.address() as AddressInfo).port;
  return state;
}

/**
 * Sanitises `html`, shows it in a message frame, lets it work, and gives what came of it. `bare`: in a
 * frame without sandbox and policy, so that nothing but the sanitiser stands in the way.
 */
export async function show(
  browser: TestBrowser,
  html: string,
  options: { remote?: Record<string, string>; theme?: 'light' | 'dark'; bare?: boolean } = {},
): Promise<{
  html: string;
  remoteImages: string[];
  trackers: { host: string; service: string | null }[];
  remoteHosts: string[];
  blocked: number;
  xss: boolean;
  height: number;
}> {
  return await browser.page.evaluate(
    async ({ html, options }) => {
      document.querySelector('iframe')?.remove();
      const iframe = document.createElement('iframe');
      iframe.style.cssText = 'width: 800px; border: 0';
      document.body.append(iframe);
      let height = 0;
      const frame = window.harness.prepareMailFrame(iframe, {
        onLink: () => undefined,
        onHeight: (value) => {
          height = value;
          iframe.style.height = `${value}px`;
        },
      });
      const clean = window.harness.sanitiseHtml(
        html,
        options.remote === undefined ? {} : { remote: options.remote },
      );
      if (options.bare === true) iframe.removeAttribute('sandbox');
      await frame.show(
        options.bare === true
          ? `<!doctype html><body>${clean.html}</body>`
          : window.harness.frameDocument({
              html: clean.html,
              kind: 'html',
              theme: options.theme ?? 'light',
              origin: 'https://app.invalid',
            }),
      );
      // Handlers such as onerror and onload run after a task or two.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      const inner = iframe.contentWindow;
      for (const element of Array.from(inner?.document.querySelectorAll<HTMLElement>('*') ?? []).slice(
        0,
        50,
      )) {
        for (const name of ['click', 'mouseover', 'focus', 'toggle', 'animationstart'])
          element.dispatchEvent(new Event(name, { bubbles: true }));
      }
      const xss = window.__xss !== undefined || inner?.__xss !== undefined;
      delete window.__xss;
      return { ...clean, xss, height };
    },
    { html, options },
  );
}
