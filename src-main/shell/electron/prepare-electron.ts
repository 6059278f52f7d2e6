import { app, protocol } from 'electron';
import { join } from 'node:path';

export const scheme = 'app';
export const origin = `${scheme}://posthorn`;

/**
 * What Electron takes only before it is ready: the privileged scheme, the place of the profile, the
 * switches. Call it in the first turn of main; Electron does not become ready while the entry
 * module waits, so neither may that module wait for `openElectronShell` at its top level.
 */
export function prepareElectron(options: { profileDir: string; headless: boolean }): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: false },
    },
  ]);
  const browserDir = join(options.profileDir, 'browser');
  app.setPath('userData', browserDir);
  app.setPath('sessionData', browserDir);
  const { commandLine } = app;
  commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  commandLine.appendSwitch('dns-prefetch-disable');
  commandLine.appendSwitch('disable-quic');
  commandLine.appendSwitch('disable-background-networking');
  commandLine.appendSwitch('disable-component-update');
  commandLine.appendSwitch('force-webrtc-ip-handling-policy', 'disable_non_proxied_udp');
  if (options.headless) {
    commandLine.appendSwitch('ozone-platform', 'headless');
    app.disableHardwareAcceleration();
  }
  // Main decides when to end: hidden pages and the journal outlive the last window.
  app.on('window-all-closed', () => undefined);
}

/** For a second start: asking for the lock makes Electron tell the first one. True when there is a first one. */
export function tellFirstElectron(): boolean {
  return !app.requestSingleInstanceLock();
}
