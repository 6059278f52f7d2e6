import type { AppInfo } from '../../../src-shared/ipc/areas/app.ts';
import type { Secrets } from '../../accounts/secrets.ts';
import type { OpenLog } from '../../platform/log.ts';
import { saveToDownloads, saveToFile } from '../../platform/save-file.ts';
import type { SettingsStore } from '../../settings/settings-store.ts';
import type { Shell } from '../../shell/shell.ts';
import type { Handlers } from '../serve.ts';

export interface AppHandlerPorts {
  info(): AppInfo;
  quit(): void;
  secrets: Secrets;
  settings: SettingsStore;
  shell: Shell;
  log: OpenLog;
  setOnline(online: boolean): Promise<void>;
  startDemo(): void;
  /** Taken once: what the program was started with. */
  takeArgument(): { mailto: string | null; messageId: string | null };
}

export type AppHandlers = Pick<
  Handlers,
  Extract<
    keyof Handlers,
    `app.${string}` | `settings.${string}` | `log.${string}` | `events.${string}` | 'connectivity.set'
  >
>;

export function appHandlers(ports: AppHandlerPorts): AppHandlers {
  const { settings, shell, log } = ports;
  return {
    'app.info': () => ports.info(),
    'app.quit': () => {
      ports.quit();
      return {};
    },
    'app.unlock': async ({ passphrase }) => {
      await ports.secrets.unlock(passphrase);
      return {};
    },
    'app.openLink': async ({ url }) => {
      await shell.openExternal(url);
      return {};
    },
    'app.startDemo': () => {
      ports.startDemo();
      return {};
    },
    'app.arguments': () => ports.takeArgument(),
    'connectivity.set': async ({ online }) => {
      await ports.setOnline(online);
      return {};
    },
    'settings.get': () => ({ settings: settings.get() }),
    'settings.set': async (params) => ({ settings: await settings.set(params.settings) }),
    'log.read': ({ limit }) => ({ lines: log.read(limit ?? 500) }),
    'log.save': async ({ toFile }) => {
      const bytes = Buffer.from(log.read(100_000).join('\n'), 'utf8');
      if (toFile !== undefined) {
        await saveToFile(toFile, bytes);
        return { file: toFile };
      }
      const chosen = await shell.askSavePath('posthorn.log');
      if (chosen === null) return { file: null };
      if (chosen === undefined) return { file: await saveToDownloads('posthorn.log', bytes) };
      await saveToFile(chosen, bytes);
      return { file: chosen };
    },
    'events.subscribe': () => ({}),
  };
}
