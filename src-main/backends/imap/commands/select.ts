import { AppError } from '../../../../src-shared/error.ts';
import type { SelectedFolder } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { listOf, numberOf, rawOf, type Untagged } from '../port.ts';
import { refusal } from '../errors.ts';
import type { CommandContext } from './context.ts';

/** SELECT, always anew: its HIGHESTMODSEQ is the cursor of the pass that begins here. */
export async function select(context: CommandContext, path: string): Promise<SelectedFolder> {
  const { port } = context;
  const argument = mailboxArgument(path, port);
  const condstore = port.capabilities.has('CONDSTORE') && !port.capabilities.has('ENABLE');
  const folder: SelectedFolder = {
    uidValidity: 0,
    uidNext: 0,
    exists: 0,
    highestModseq: null,
    readOnly: false,
    keywordsAllowed: false,
    permanentFlags: [],
  };
  let flags: string[] = [];
  let permanent: string[] | null = null;
  port.selected = null;
  const tagged = await port.run({
    name: 'SELECT',
    parts: ['SELECT ', argument, ...(condstore ? [' (CONDSTORE)'] : [])],
    onUntagged: (response) => {
      if (response.name === 'EXISTS') folder.exists = response.number ?? 0;
      else if (response.name === 'FLAGS') flags = listOf(response.values[0]).map(rawOf);
      else permanent = readCode(folder, response) ?? permanent;
    },
  });
  if (tagged.status !== 'OK') throw refusal(tagged, 'open the folder', 'folder', context.place);
  folder.permanentFlags = permanent ?? flags;
  folder.keywordsAllowed = permanent === null || folder.permanentFlags.includes('\\*');
  folder.readOnly = tagged.code?.name === 'READ-ONLY';
  if (folder.uidValidity === 0) {
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'tell-user',
      detail: `${context.place.host} gives the messages of this folder no lasting numbers, so Posthorn cannot keep it in step.`,
    });
  }
  port.selected = { path, folder };
  return folder;
}

function readCode(folder: SelectedFolder, { name, code }: Untagged): string[] | null {
  if (name !== 'OK' || code === null) return null;
  const value = code.values[0];
  if (code.name === 'UIDVALIDITY') folder.uidValidity = numberOf(value) ?? 0;
  else if (code.name === 'UIDNEXT') folder.uidNext = numberOf(value) ?? 0;
  else if (code.name === 'HIGHESTMODSEQ') folder.highestModseq = modseq(rawOf(value));
  else if (code.name === 'NOMODSEQ') folder.highestModseq = null;
  else if (code.name === 'PERMANENTFLAGS') return listOf(value).map(rawOf);
  return null;
}

/** A mod-sequence is 63 bits: it stays a decimal string. */
export function modseq(text: string): string | null {
  return /^[1-9]\d{0,18}$/.test(text) ? text : null;
}

/**
 * Makes sure that `path` is selected on this connection, and that it is still the mailbox whose
 * UIDs the caller knows: after a UIDVALIDITY change the same numbers are other messages.
 */
export async function ensureSelected(context: CommandContext, path: string): Promise<SelectedFolder> {
  const selected = context.port.selected;
  const folder = selected?.path === path ? selected.folder : await select(context, path);
  const known = context.validity.get(path);
  if (known !== undefined && known !== folder.uidValidity) {
    context.port.selected = null;
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'retry',
      detail: `${context.place.host} has renumbered the messages of this folder. Posthorn lists it again before it goes on.`,
    });
  }
  return folder;
}
