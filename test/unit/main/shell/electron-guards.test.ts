import type { Session, WebContents } from 'electron';
import { describe, expect, test } from 'vitest';
import { guardContents, guardSession } from '../../../../src-main/shell/electron/electron-guards.ts';

const origin = 'app://posthorn';

/** A stand-in that keeps what it was given; the real one runs in the contract, where there is a binary. */
function recorder<T>(): {
  given: Record<string, (...args: never[]) => unknown>;
  calls: Record<string, unknown>;
  object: T;
} {
  const given: Record<string, (...args: never[]) => unknown> = {};
  const calls: Record<string, unknown> = {};
  const object: unknown = new Proxy(
    {},
    {
      get: (_target, name: string) => {
        if (name === 'on') return (event: string, listener: () => void) => (given[event] = listener);
        if (name === 'webRequest')
          return {
            onBeforeRequest: (_filter: unknown, listener: () => void) => (given['request'] = listener),
          };
        return (value: unknown) => {
          if (typeof value === 'function') given[name] = value as () => void;
          calls[name] = value;
          return Promise.resolve();
        };
      },
    },
  );
  return { given, calls, object: object as T };
}

const navigate = (
  given: Record<string, (...args: never[]) => unknown>,
  url: string,
  isMainFrame: boolean,
): boolean => {
  let isAllowed = true;
  given['will-frame-navigate']?.({ url, isMainFrame, preventDefault: () => (isAllowed = false) } as never);
  return isAllowed;
};

describe("Electron's guards", () => {
  test('let a session load our files only, through a dead proxy', async () => {
    const { given, calls, object } = recorder<Session>();
    await guardSession(object, origin);
    const isLoaded = (url: string): boolean => {
      let cancelled = true;
      given['request']?.(
        { url } as never,
        ((answer: { cancel: boolean }) => (cancelled = answer.cancel)) as never,
      );
      return !cancelled;
    };
    for (const url of [`${origin}/index.html`, 'data:image/png;base64,x', `blob:${origin}/1`])
      expect(isLoaded(url)).toBe(true);
    for (const url of [
      'https://example.org/',
      'app://posthorn.example.org/',
      'file:///etc/passwd',
      'ws://127.0.0.1/',
      'blob:https://x/1',
    ]) {
      expect(isLoaded(url)).toBe(false);
    }
    expect(calls['setProxy']).toMatchObject({ mode: 'fixed_servers', proxyBypassRules: '<-loopback>' });
  });

  test('grant nothing but notifications, lasting storage and copying, to our pages alone', async () => {
    const { given, object } = recorder<Session>();
    await guardSession(object, origin);
    const isGranted = (permission: string, requestingUrl: string): boolean => {
      let granted = false;
      given['setPermissionRequestHandler']?.(
        null as never,
        permission as never,
        ((is: boolean) => (granted = is)) as never,
        { requestingUrl } as never,
      );
      return granted;
    };
    expect(isGranted('notifications', `${origin}/index.html`)).toBe(true);
    expect(isGranted('notifications', 'https://example.org/')).toBe(false);
    for (const permission of ['media', 'geolocation', 'openExternal', 'clipboard-read', 'usb'])
      expect(isGranted(permission, `${origin}/`)).toBe(false);
    expect(
      given['setPermissionCheckHandler']?.(null as never, 'notifications' as never, `${origin}/` as never),
    ).toBe(true);
    expect(given['setPermissionCheckHandler']?.(null as never, 'media' as never, origin as never)).toBe(
      false,
    );
    expect(given['setDevicePermissionHandler']?.()).toBe(false);
  });

  test('keep a page where it is, and its frames with what it gave them', () => {
    const { given, object } = recorder<WebContents>();
    guardContents(object, origin, '/index.html');
    expect(given['setWindowOpenHandler']?.()).toEqual({ action: 'deny' });
    expect(navigate(given, `${origin}/index.html?again`, true)).toBe(true);
    for (const url of [
      `${origin}/store.html`,
      'https://example.org/',
      'file:///x',
      'about:blank',
      'app://posthorn.evil/index.html',
    ]) {
      expect(navigate(given, url, true)).toBe(false);
    }
    expect(navigate(given, 'about:srcdoc', false)).toBe(true);
    expect(navigate(given, 'https://example.org/', false)).toBe(false);
    for (const name of ['will-redirect', 'will-attach-webview']) {
      let isPrevented = false;
      given[name]?.({ preventDefault: () => (isPrevented = true) } as never);
      expect(isPrevented, name).toBe(true);
    }
  });
});
