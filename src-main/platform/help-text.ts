import { optionNames, optionTable, optionUsage } from './option-table.ts';

/** What --help says: every option that this Posthorn knows. */
export function helpText(version: string, checkout: boolean): string {
  return `Posthorn ${version}, a desktop mail client that works without a network and loses nothing.

Usage: posthorn [options] [mailto:ADDRESS | FILE.eml]

Opens the window; with an address it begins a mail, with a file it shows the message.

Options:
${optionNames(checkout)
  .map((name) => `  ${optionUsage(name)}\n      ${optionTable[name].meaning}\n`)
  .join('')}
The passphrase may also stand in POSTHORN_PASSPHRASE.
Exit codes: 0 after a normal end, 1 when it could not go on, 2 for a wrong option, 3 when another Posthorn
has the profile open.
`;
}
