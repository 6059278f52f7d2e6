import * as v from 'valibot';
import { method } from '../method.ts';

export interface AppInfo {
  name: string;
  version: string;
  shell: 'electron' | 'chromium';
  shellVersion: string;
  profile: string;
  /** Who holds the passwords: the system's keyring, an encrypted file, or nobody yet. */
  secrets: 'keyring' | 'file' | 'locked';
  /** True when "the demo" can be started from here (a checkout). */
  demoAvailable: boolean;
  online: boolean;
  /** Set while the network is away or the user stays off it. */
  offlineSince: string | null;
  offlineReason: 'user' | 'no-network' | null;
  /** Sentences about things found damaged at start, with what was done. */
  notices: string[];
}

export const appMethods = {
  'app.info': method<AppInfo>()({
    params: v.optional(v.object({}), {}),
    doc: 'What is running, on which shell and profile, and whether there is a network.',
    returns:
      '{name, version, shell, shellVersion, profile, secrets, demoAvailable, online, offlineSince, offlineReason, notices}',
  }),
  'app.quit': method<Record<string, never>>()({
    params: v.optional(v.object({}), {}),
    doc: 'Shuts down cleanly: the journal is flushed, the browser closed, exit code 0.',
    returns: '{}',
  }),
  'app.unlock': method<Record<string, never>>()({
    params: v.object({ passphrase: v.pipe(v.string(), v.minLength(1)) }),
    doc: 'Opens the encrypted file of passwords. The first passphrase ever given creates it.',
    returns: '{}',
  }),
  'app.openLink': method<Record<string, never>>()({
    params: v.object({ url: v.pipe(v.string(), v.maxLength(8192)) }),
    doc: 'Opens an http, https or mailto address with the system. Any other scheme is refused.',
    returns: '{}',
  }),
  'app.startDemo': method<Record<string, never>>()({
    params: v.optional(v.object({}), {}),
    doc: 'Starts the demo (embedded servers, a profile of its own) in a second window. From a checkout only.',
    returns: '{}',
  }),
  'app.arguments': method<{ mailto: string | null; messageId: string | null }>()({
    params: v.optional(v.object({}), {}),
    doc: 'A mailto: address, or the id that stands for an .eml file, given when the program was started; once.',
    returns: '{mailto, messageId}',
    only: 'window',
  }),
  'connectivity.set': method<Record<string, never>>()({
    params: v.object({ online: v.boolean() }),
    doc: '"Stay off the network" for the whole program (online: false), or back on.',
    returns: '{}',
  }),
  'settings.get': method<{ settings: unknown }>()({
    params: v.optional(v.object({}), {}),
    doc: 'All settings that are not accounts.',
    returns: '{settings}',
  }),
  'settings.set': method<{ settings: unknown }>()({
    params: v.object({ settings: v.record(v.string(), v.unknown()) }),
    doc: 'Changes the given settings; unknown or ill-formed ones are refused. Durable when it resolves.',
    returns: '{settings}',
  }),
  'log.read': method<{ lines: string[] }>()({
    params: v.optional(
      v.object({ limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5000))) }),
      {},
    ),
    doc: 'The newest lines of the log, without secrets, addresses or subjects.',
    returns: '{lines}',
  }),
  'log.save': method<{ file: string | null }>()({
    params: v.optional(v.object({ toFile: v.optional(v.string()) }), {}),
    doc: 'Writes the log to a file (asked for, or in the downloads folder).',
    returns: '{file}',
  }),
  'events.subscribe': method<Record<string, never>>()({
    params: v.object({ names: v.array(v.string()) }),
    doc: 'Which events this connection wants; all at first.',
    returns: '{}',
  }),
} as const;
