import type { ErrorCode, innerCodes } from '../../src-shared/error.ts';
import { accountMethods } from '../../src-shared/ipc/areas/account.ts';
import { appMethods } from '../../src-shared/ipc/areas/app.ts';
import { attachmentMethods } from '../../src-shared/ipc/areas/attachments.ts';
import { folderMethods } from '../../src-shared/ipc/areas/folders.ts';
import { journalMethods } from '../../src-shared/ipc/areas/journal.ts';
import { mailMethods } from '../../src-shared/ipc/areas/mail.ts';
import { sendingMethods } from '../../src-shared/ipc/areas/sending.ts';
import { trustMethods } from '../../src-shared/ipc/areas/trust.ts';
import { offlineMethods } from '../../src-shared/ipc/areas/offline.ts';
import { serverFolderMethods } from '../../src-shared/ipc/areas/server-folders.ts';
import { eventNames, type EventName } from '../../src-shared/ipc/contract.ts';
import { transferMethods } from '../../src-shared/ipc/areas/transfer.ts';
import { testHookMethods } from '../../src-shared/ipc/areas/test-hooks.ts';
import type { Method } from '../../src-shared/ipc/method.ts';
import { settingsSchema } from '../../src-shared/settings.ts';
import { optionNames, optionTable, optionUsage } from '../platform/option-table.ts';
import { schemaInWords } from './schema-words.ts';

const areas: readonly { title: string; methods: Readonly<Record<string, Method>> }[] = [
  { title: 'The program', methods: appMethods },
  { title: 'Accounts', methods: accountMethods },
  { title: 'Folders', methods: folderMethods },
  { title: 'Syncing, messages, search', methods: mailMethods },
  { title: 'Attachments', methods: attachmentMethods },
  { title: 'Who sent a message', methods: trustMethods },
  { title: 'Drafts and sending', methods: sendingMethods },
  { title: 'Waiting changes', methods: journalMethods },
  { title: 'Going offline', methods: offlineMethods },
  { title: 'Quota and sharing', methods: serverFolderMethods },
  { title: 'Mail of whole folders out and in', methods: transferMethods },
  { title: 'Test hooks (only with `--test-hooks`, from a checkout)', methods: testHookMethods },
];

const events: Readonly<Record<EventName, [params: string, doc: string]>> = {
  'sync.progress': [
    '{accountId, folderId, folderName, done, total, phase: "headers" | "bodies"}',
    'A long pass goes on: `done` of `total` messages of that folder.',
  ],
  'folder.changed': ['{folders: [as folder.list]}', 'Counters, names or existence of folders changed.'],
  'message.changed': [
    '{messageIds: [...] | null, folderIds}',
    'Messages came, went or changed; `null` when there are too many to name.',
  ],
  'message.progress': [
    '{messageId, done, total}',
    'A large message, or a file of it, is being fetched: bytes that are here, of so many; 0 of 0 when it was given up.',
  ],
  'account.state': [
    '{accounts: [as account.list]}',
    'An account connected, lost its connection, needs something.',
  ],
  'journal.changed': ['{entries: [as journal.list]}', 'The list of changes that wait for a server.'],
  'outbox.changed': ['{items: [as outbox.list]}', 'The list of mail that waits to be sent.'],
  'transfer.changed': ['{transfers: [as transfer.list]}', 'An export or import began, went on or ended.'],
  'app.changed': [
    '{info: as app.info}',
    'The network came or went, passwords were unlocked, something was found damaged.',
  ],
  'discover.progress': ['{source, outcome, detail}', 'One source of account.discover has answered.'],
  'window.show': [
    '{messageId?, mailto?}',
    'A notification was clicked, or the program was started a second time with an argument.',
  ],
};

const codes: Readonly<Record<Exclude<ErrorCode, (typeof innerCodes)[number]>, string>> = {
  offline:
    'There is no network, the server cannot be reached or fell silent, or the user stays off the network.',
  'not-cached': 'The content is not here and cannot be fetched now.',
  locked: 'The passwords cannot be read: app.unlock or account.setPassword first.',
  'auth-failed': 'The server refused the password (or no way to sign in is offered that may be used).',
  'tls-certificate': 'The certificate cannot be trusted; `certificate` has its facts and fingerprint.',
  'tls-missing': 'The server offers no encryption; nothing was sent.',
  'host-unknown': 'There is no server of that name.',
  refused: 'The server said no; `server` has its words.',
  quota: 'The mailbox on the server is full.',
  'outcome-unknown': 'The connection broke before the answer came; it is checked, or the user is asked.',
  'profile-in-use': 'Another Posthorn has this profile open.',
  'not-yet': 'Posthorn cannot do this yet.',
  'bad-params':
    'The parameters are not what the method takes, or there is nothing with that id (any more); `detail` says which.',
  bug: 'Posthorn made a mistake; the log has more.',
};

/** docs/automation.md, made from the contract alone. */
export function automationDocument(): string {
  return `${[
    opening,
    '## Options',
    '',
    table(
      ['option', 'meaning'],
      optionNames(true).map((name) => [`\`${optionUsage(name)}\``, optionTable[name].meaning]),
    ),
    '',
    'The passphrase may also stand in `POSTHORN_PASSPHRASE`; it is taken out of the environment of all children.',
    '',
    meaning,
    '## Methods',
    '',
    'Parameters are written as TypeScript writes types: `?` marks what may be left out. Where all may be left out, `params` itself may be.',
    '',
    ...areas.flatMap(({ title, methods }) => [
      `### ${title}`,
      '',
      ...Object.entries(methods).flatMap(methodSection),
    ]),
    '## Settings',
    '',
    'What `settings.get` gives and `settings.set` takes, any of them.',
    '',
    '```ts',
    schemaInWords(settingsSchema),
    '```',
    '',
    '## Events',
    '',
    'They come as `{"jsonrpc": "2.0", "method": "event", "params": {"name": "sync.progress", …}}`, all of them until `events.subscribe` names fewer.',
    '',
    table(
      ['event', 'params besides `name`', 'meaning'],
      eventNames.map((name) => [`\`${name}\``, `\`${events[name][0]}\``, events[name][1]]),
    ),
    '',
    '## Errors',
    '',
    'A failed call has `error: {code, message, data}`. Read `data.code`; the number is −32601 for an unknown method, −32602 for `bad-params`, −32603 for `bug`, else one below −32000. `data` is `{code, scope, next, detail}`, and `server: {host, text, code}` where a server refused, `certificate` where one was not trusted. `detail` is a plain sentence; `scope` says how much is hurt (`message`, `folder`, `account`, `app`), `next` what happens next (`retry`, `wait-online`, `ask-password`, `tell-user`, `bug`).',
    '',
    table(
      ['code', 'meaning'],
      Object.entries(codes).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
  ].join('\n')}\n`;
}

function methodSection([name, method]: [string, Method]): string[] {
  const params = schemaInWords(method.params);
  return [
    `#### \`${name}\``,
    '',
    method.only === undefined
      ? method.doc
      : `${method.doc} *Called by ${method.only === 'window' ? 'windows' : 'the automation interface'} only.*`,
    '',
    ...(params === '{}' ? ['No parameters.'] : ['```ts', params, '```']),
    '',
    `Result: \`${method.returns}\``,
    '',
  ];
}

/** A cell's own bars would end it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const opening = `# The automation interface

<!-- Generated from src-shared/ipc/ by \`npm run docs\`. Change it there. -->

Posthorn can be driven without a window: by scripts, for back-ups, by other programs, by tests. It is the contract that
the windows use, spoken as [JSON-RPC 2.0](https://www.jsonrpc.org/specification), one JSON object a line, on standard
input and output. Logs go to standard error only.

    npm run --silent headless -- --profile DIR        # from a checkout
    posthorn --headless --profile DIR                  # installed

    {"jsonrpc": "2.0", "id": 1, "method": "app.info"}
    {"jsonrpc": "2.0", "id": 1, "result": {"name": "Posthorn", …}}

It is the real main process with the real cache, not a stand-in. Calls run side by side and are answered when they are
done. End of input or \`app.quit\` shuts down cleanly with exit code 0; a profile in use is exit code 3, wrong options 2.
A bad line gets an error (−32700, −32600, −32601, −32602) and the program goes on. A line is at most 64 MiB.
Times are ISO 8601 UTC; ids are opaque strings that stay the same over restarts. Flags are IMAP's names: \`\\Seen\`,
\`\\Flagged\`, \`\\Answered\`, \`\\Draft\`, and keywords as they stand.
`;

const meaning = `## What calls mean

- Whatever changes something resolves when it is durable on disk, with a network or without. It reaches the server
  later, once; \`journal.list\` and \`outbox.list\` show what waits.
- \`sync.run\` always resolves. Without a network it says \`errors: [{code: "offline"}]\`; a failing account does not
  delay the others; refused and scheduled things do not keep it open.
- \`message.get\`, \`message.source\` and \`message.attachment\` fetch what is not cached, else fail with \`not-cached\`.
- \`message.list\` with \`cursor\` pages through one stable order; rows that went meanwhile are \`{messageId, gone: true}\`.
  \`offset\` speaks of the moment of the call only.
- \`message.send\` has no undo delay here unless \`undoSeconds\` is given. Outbox states: \`undoable\`, \`scheduled\`,
  \`queued\`, \`sending\`, \`unknown\` (the answer never came: it is not sent again by itself, \`outbox.resolve\` decides),
  \`held\`, \`failed\`, \`sent\` (kept 7 days, listed with \`all: true\`).
- \`trustFingerprint256\` replaces the checks of chain and name for that host, port and key only. With \`tls: "none"\` only
  mechanisms that hide the password are used unless \`allowPlaintextPassword\` is true; loopback is no exception.
- Without a system keyring passwords lie in an encrypted file opened by the passphrase. Without it accounts are \`locked\`
  until \`app.unlock\`; everything cached stays readable and nothing that waits is touched.
`;
