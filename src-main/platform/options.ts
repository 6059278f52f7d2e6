import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { optionNames, optionTable, optionUsage, type OptionName } from './option-table.ts';

export interface Options {
  /** Only the options are to be named. */
  help: boolean;
  profile: string;
  headless: boolean;
  dns: string | null;
  extraCa: string[];
  providerDatabase: string | null;
  connectTo: { host: string; port: number; toAddress: string; toPort: number }[];
  undoSend: number | null;
  passphraseFd: number | null;
  testHooks: boolean;
  /** A mailto: address or a file to open. */
  argument: string | null;
}

/** Thrown words go to standard error; exit code 2. */
export class UsageError extends Error {}

/** Reads the command line (option-table.ts). @throws UsageError in a sentence about the first thing that is wrong */
export function readOptions(argv: readonly string[], checkout: boolean): Options {
  const { values, positionals } = parse(argv, checkout);
  return {
    help: values.help ?? false,
    profile: resolve(values.profile ?? defaultProfile()),
    headless: values.headless ?? false,
    dns: values.dns === undefined ? null : nameServer(values.dns),
    extraCa: values['extra-ca'] ?? [],
    providerDatabase: values['provider-database'] ?? null,
    connectTo: (values['connect-to'] ?? []).map(readConnectTo),
    undoSend: values['undo-send'] === undefined ? null : undoSeconds(values['undo-send']),
    passphraseFd:
      values['passphrase-fd'] === undefined ? null : wholeNumber(values['passphrase-fd'], '--passphrase-fd'),
    testHooks: globalThis.posthornPackaged !== true && values['test-hooks'] === true,
    argument: positionals[0] ?? null,
  };
}

function parse(argv: readonly string[], checkout: boolean) {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    // The words for what is wrong are ours.
    strict: false,
    tokens: true,
    options: optionTable,
  });
  const names: readonly string[] = optionNames(checkout);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (!isName(name, names))
      throw new UsageError(`there is no option “${rawName}”; --help names all options.`);
    if (optionTable[name].type === 'boolean') {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    } else if (value === undefined || (value.startsWith('-') && !inlineValue))
      throw new UsageError(`${rawName} needs a value: ${optionUsage(name)}`);
  }
  return { values: values as Values, positionals };
}

/** With what is checked above: each option has the type that the table says. */
type Values = {
  -readonly [N in OptionName]?: (typeof optionTable)[N] extends { type: 'boolean' }
    ? boolean
    : (typeof optionTable)[N] extends { multiple: true }
      ? string[]
      : string;
};

function isName(name: string, names: readonly string[]): name is OptionName {
  return names.includes(name);
}

function defaultProfile(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Posthorn');
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Posthorn');
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'posthorn');
}

/** An address, with a port or without. */
function nameServer(text: string): string {
  const host = text.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, '');
  if (isIP(host) === 0 && isIP(text) === 0 && host !== 'localhost')
    throw new UsageError(`--dns takes ADDRESS:PORT, not “${text}”`);
  return text;
}

/** HOST:PORT:ADDR:PORT; IPv6 addresses in brackets. */
function readConnectTo(text: string): Options['connectTo'][number] {
  const match = /^([^:]+):(\d{1,5}):(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text);
  if (match === null) throw new UsageError(`--connect-to takes HOST:PORT:ADDRESS:PORT, not “${text}”`);
  const [, host = '', port = '', address = '', toPort = ''] = match;
  return {
    host: host.toLowerCase(),
    port: Number(port),
    toAddress: address.replace(/^\[|\]$/g, ''),
    toPort: Number(toPort),
  };
}

function undoSeconds(text: string): number {
  const seconds = wholeNumber(text, '--undo-send');
  if (seconds > 60) throw new UsageError(`--undo-send takes at most 60 seconds, not ${text}`);
  return seconds;
}

function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`${name} takes a whole number, not “${text}”`);
  return Number(text);
}
