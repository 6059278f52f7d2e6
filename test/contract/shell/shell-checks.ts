import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Page, Shell } from '../../../src-main/shell/shell.ts';
import { makePng } from './picture.ts';
import { gone, talk, until } from './page-talk.ts';

/**
 * What every shell must do, told without a test framework: the Electron shell runs these inside
 * Electron, the Chromium shell inside vitest. Each phase is a start of the shell on the same profile.
 */
export interface ShellCheck {
  name: string;
  phases: ((shell: Shell) => Promise<void>)[];
}

/** The one token that `remoteContent` of the checks answers, with a picture of 3 × 2 pixels. */
export const goodToken = 'known-token';
/** Tokens that pages asked for, by `remoteContent` of check-options.ts. */
export const askedTokens: string[] = [];
export const picture = { contentType: 'image/png', body: makePng(3, 2) };

const open = async (shell: Shell, path = '/index.html', hidden = false): Promise<Page> => {
  const page = await shell.openPage({ path, hidden });
  await page.ready;
  return page;
};

export const shellChecks: ShellCheck[] = [
  {
    name: 'shows our pages at one origin, without Node and without inline scripts',
    phases: [
      async (shell) => {
        const page = await open(shell, '/index.html?first=1');
        const facts = await talk(page).ask<Record<string, unknown>>('facts');
        assert.deepEqual(facts, {
          origin: shell.origin,
          href: `${shell.origin}/index.html?first=1`,
          secure: true,
          shell: shell.kind,
          inlineRan: false,
          leaks: [],
          node: false,
        });
        assert.equal(await talk(page).ask('evaluate'), 'EvalError');
        assert.equal(await talk(page).ask('inline'), false);
        assert.match(shell.version, /^(Chromium|Electron) \d+\.\d+/);
      },
    ],
  },
  {
    name: 'keeps IndexedDB over a restart, one database for hidden pages and windows',
    phases: [
      async (shell) => {
        const store = await open(shell, '/store.html', true);
        assert.equal(store.hidden, true);
        await talk(store).ask('put', 'kept');
        const page = await open(shell);
        assert.equal(await talk(page).ask('get'), 'kept');
      },
      async (shell) => {
        assert.equal(await talk(await open(shell, '/store.html', true)).ask('get'), 'kept');
      },
    ],
  },
  {
    name: 'carries messages in order both ways, also those sent before the page was ready',
    phases: [
      async (shell) => {
        const page = await shell.openPage({ path: '/index.html', hidden: true });
        const count = 2000;
        for (let i = 0; i < count; i += 1) page.send({ n: i, text: 'ä\n\u2028😀"\\' });
        const seen: unknown[] = [];
        page.onMessage((message) => seen.push(message));
        await until(() => seen.length === count);
        assert.deepEqual(seen.at(0), { echo: { n: 0, text: 'ä\n\u2028😀"\\' } });
        assert.deepEqual(
          seen.map((message) => (message as { echo: { n: number } }).echo.n),
          Array.from({ length: count }, (_, i) => i),
        );
      },
    ],
  },
  {
    name: 'carries a message of 24 MB each way',
    phases: [
      async (shell) => {
        const { ask } = talk(await open(shell, '/store.html', true));
        const length = 18_000_000;
        assert.equal(await ask('length', 'ä"\\'.repeat(length / 3)), length);
        const back = await ask<string>('big', length);
        assert.equal(back.length, length);
        assert.equal(back.slice(-6), 'ä"\\ä"\\');
      },
    ],
  },
  {
    name: 'lets nothing out: no name is looked up, no connection made',
    phases: [
      async (shell) => {
        let connections = 0;
        const tcp = createServer((socket) => {
          connections += 1;
          socket.destroy();
        }).listen(0, '127.0.0.1');
        await once(tcp, 'listening');
        const { port } = tcp.address() as AddressInfo;
        const udp = createSocket('udp4', () => (connections += 1));
        udp.bind(port, '127.0.0.1');
        await once(udp, 'listening');
        const bases = [`127.0.0.1:${port}`, `leak.localhost:${port}`];
        for (const hidden of [false, true]) {
          const page = await open(shell, hidden ? '/store.html' : '/index.html', hidden);
          const outcomes = await talk(page).ask<Record<string, unknown>>('outside', bases);
          for (const [what, outcome] of Object.entries(outcomes)) {
            assert.ok(
              outcome !== 'open' && outcome !== 'loaded' && !String(outcome).startsWith('ok'),
              `${what}: ${String(outcome)}`,
            );
          }
        }
        assert.equal(connections, 0);
        tcp.close();
        udp.close();
      },
    ],
  },
  {
    name: 'gives frames neither the bridge nor scripts nor the network, only pictures that main hands out',
    phases: [
      async (shell) => {
        const { ask } = talk(await open(shell));
        const srcdoc = `<p style="color: red">x</p><script>parent.postMessage('script ran', '*')</script>
          <img src="${shell.origin}/remote/${goodToken}"><img src="${shell.origin}/remote/unknown"><img src="http://127.0.0.1:9/x.png">`;
        assert.deepEqual(await ask('frame', { sandbox: '', srcdoc }), { said: [], inside: 'unreachable' });
        assert.deepEqual(askedTokens.splice(0), [goodToken, 'unknown']);
        // allow-same-origin is never given to mail; here it lets the test look inside.
        const looked = await ask<{ inside: Record<string, unknown> }>('frame', {
          sandbox: 'allow-same-origin',
          srcdoc,
        });
        assert.deepEqual(looked.inside, {
          bridge: 'undefined',
          binding: 'undefined',
          href: 'about:srcdoc',
          pictures: [3, 0, 0],
        });
        // A whole page of ours in a frame: refused by frame-ancestors, so there is no bridge to find.
        const framed = await ask<{ said: unknown[]; inside: unknown }>('frame', {
          sandbox: null,
          src: '/index.html',
        });
        assert.equal(framed.inside, 'unreachable');
        assert.equal(await ask('picture', `/remote/${goodToken}`), 3);
        assert.equal(await ask('picture', '/remote/unknown'), 'refused');
      },
    ],
  },
  {
    name: 'serves nothing outside its folder',
    phases: [
      async (shell) => {
        const { ask } = talk(await open(shell));
        for (const path of [
          '/../shell/shell-checks.ts',
          '/%2e%2e/%2e%2e/package.json',
          '/..%5c..%5cpackage.json',
          '/%00.html',
          '/none.html',
          '/',
        ]) {
          assert.equal(await ask('status', path), 404, path);
        }
        assert.equal(await ask('status', '/page.js'), 200);
      },
    ],
  },
  {
    name: 'runs workers of ours, which have no bridge and no network',
    phases: [
      async (shell) => {
        const { ask } = talk(await open(shell, '/store.html', true));
        assert.deepEqual(await ask('worker'), {
          origin: shell.origin,
          blocked: 'refused',
          bridge: 'undefined',
        });
      },
    ],
  },
  {
    name: 'stays where it is: no navigation, form, new window or file address',
    phases: [
      async (shell) => {
        const page = await open(shell);
        const { ask } = talk(page);
        let reloads = 0;
        page.onReload(() => (reloads += 1));
        for (const url of [
          'http://127.0.0.1:9/away',
          'https://example.com/',
          'file:///etc/passwd',
          '/store.html',
          'mailto:a@example.com',
        ]) {
          await ask('navigate', url);
          await ask('click', { url });
          await ask('click', { url, target: '_blank' });
        }
        await ask('submit', 'http://127.0.0.1:9/form');
        assert.notEqual(await ask('open', 'http://127.0.0.1:9/popup'), 'open');
        assert.notEqual(await ask('open', `${shell.origin}/index.html`), 'open');
        assert.equal(await ask('marker'), 5);
        const facts = await ask<{ href: string }>('facts');
        assert.equal(facts.href, `${shell.origin}/index.html`);
        assert.equal(reloads, 0);
      },
    ],
  },
  {
    name: 'tells when a page was loaded anew',
    phases: [
      async (shell) => {
        const page = await open(shell);
        let reloads = 0;
        page.onReload(() => (reloads += 1));
        await talk(page).ask('marker');
        page.send({ id: 'reload', try: 'reload' });
        await until(() => reloads === 1);
        assert.equal((await talk(page).ask<{ origin: string }>('facts')).origin, shell.origin);
      },
    ],
  },
  {
    name: 'denies every permission but lasting storage and notifications',
    phases: [
      async (shell) => {
        const { ask } = talk(await open(shell));
        const states = await ask<Record<string, unknown>>('permissions', [
          'geolocation',
          'camera',
          'microphone',
          'midi',
          'clipboard-read',
        ]);
        for (const [name, state] of Object.entries(states)) {
          if (name === 'persist') assert.equal(state, true);
          else if (name === 'notifications') assert.equal(state, 'granted');
          else assert.ok(state === 'denied' || state === 'unknown', `${name}: ${String(state)}`);
        }
        // E04: these ask nobody, and are the pages' only when their headers leave them so.
        for (const [name, answer] of Object.entries(await ask<Record<string, string>>('devices')))
          assert.ok(answer === 'SecurityError' || answer === 'absent', `${name}: ${answer}`);
      },
    ],
  },
  {
    name: 'reports the close of a page and of the last window once',
    phases: [
      async (shell) => {
        let allClosed = 0;
        shell.onAllWindowsClosed(() => (allClosed += 1));
        const store = await open(shell, '/store.html', true);
        const first = await open(shell);
        const second = await open(shell);
        await first.close();
        assert.equal(await gone(first), 'closed');
        assert.equal(allClosed, 0);
        await store.close();
        assert.equal(allClosed, 0);
        await second.close();
        await until(() => allClosed === 1);
      },
    ],
  },
  {
    name: 'opens no address in another program but http, https and mailto',
    phases: [
      async (shell) => {
        for (const url of [
          'file:///etc/passwd',
          'javascript:alert(1)',
          'data:text/html,x',
          'ssh://host',
          'no address',
        ]) {
          await assert.rejects(shell.openExternal(url), { code: 'bad-params' });
        }
      },
    ],
  },
  {
    name: 'puts the badge in the title or on the icon without disturbing the page',
    phases: [
      async (shell) => {
        const page = await open(shell);
        shell.setBadge(12);
        shell.setBadge(0);
        assert.equal((await talk(page).ask<{ origin: string }>('facts')).origin, shell.origin);
      },
    ],
  },
];
