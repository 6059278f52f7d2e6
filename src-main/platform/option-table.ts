interface Option {
  type: 'boolean' | 'string';
  short?: string;
  multiple?: boolean;
  /** What its value is. */
  takes?: string;
  meaning: string;
}

type Table = Readonly<Record<string, Option>>;

const everywhere = {
  help: { type: 'boolean', short: 'h', meaning: 'Names all options and ends. So does -h.' },
  headless: { type: 'boolean', meaning: 'No window: JSON-RPC on standard input and output.' },
  profile: {
    type: 'string',
    takes: 'DIR',
    meaning: 'Where everything is kept (docs/profile.md). Without it the user’s own profile.',
  },
  'passphrase-fd': {
    type: 'string',
    takes: 'N',
    meaning: 'Reads the passphrase of the encrypted file of passwords from that file descriptor.',
  },
  dns: { type: 'string', takes: 'ADDRESS:PORT', meaning: 'Asks this name server instead of the system’s.' },
  'extra-ca': {
    type: 'string',
    multiple: true,
    takes: 'FILE',
    meaning: 'Trusts the authorities of a PEM file too. May be given again.',
  },
  'provider-database': {
    type: 'string',
    takes: 'URL',
    meaning: 'Where the settings of big providers are asked for.',
  },
  'connect-to': {
    type: 'string',
    multiple: true,
    takes: 'HOST:PORT:ADDR:PORT',
    meaning: 'Connects to ADDR:PORT where HOST:PORT is meant. May be given again.',
  },
  'undo-send': {
    type: 'string',
    takes: 'SECONDS',
    meaning: 'The undo delay of windows, instead of the setting.',
  },
} as const satisfies Table;

const inCheckouts = {
  'test-hooks': {
    type: 'boolean',
    meaning: 'From a checkout only: the methods test.*. A packaged Posthorn does not know it.',
  },
} as const satisfies Table;

/**
 * Every option of the command line, as `parseArgs` of Node takes them, with their words for --help and
 * docs/automation.md. What is for tests is not even in the bundle of a package.
 */
export const optionTable = {
  ...everywhere,
  ...(globalThis.posthornPackaged === true ? {} : inCheckouts),
} as typeof everywhere & typeof inCheckouts;

export type OptionName = keyof typeof optionTable;

/** The names that this Posthorn knows. */
export function optionNames(checkout: boolean): OptionName[] {
  return Object.keys(checkout ? optionTable : everywhere) as OptionName[];
}

/** As it is written on a command line: "--profile DIR". */
export function optionUsage(name: OptionName): string {
  const option: Option = optionTable[name];
  return `--${name}${option.takes === undefined ? '' : ` ${option.takes}`}`;
}
