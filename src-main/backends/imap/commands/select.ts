import { AppError } from '../../../../src-shared/error.ts';
import type { ResyncNews, ResyncSince, SelectedFolder } from '../../backend.ts';
import { fetchItems } from '../fetch-items.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { modseq, objectId } from '../object-id.ts';
import { flagsIn, type ImapPort, listOf, numberOf, rawOf, type Untagged } from '../port.ts';
import { isUidSet } from '../uid-set.ts';
import { refusal } from '../errors.ts';
import type { CommandContext } from './context.ts';

/** More changed marks than this in one SELECT are asked for in pieces instead. */
const mostFlags = 50_000;

interface Heard {
  folder: SelectedFolder;
  flags: string[];
  permanent: string[] | null;
  resync: ResyncNews | null;
  notSticky: boolean;
}

/**
 * SELECT, always anew: its HIGHESTMODSEQ is the cursor of the pass that begins here. With `since`
 * and QRESYNC turned on, what happened since comes along.
 */
export async function select(
  context: CommandContext,
  path: string,
  since?: ResyncSince,
): Promise<SelectedFolder> {
  const { port } = context;
  const argument = mailboxArgument(path, port);
  let heard = nothingHeard();
  let closed = port.selected === null;
  port.selected = null;
  const parameter = selectParameter(port, since);
  const tagged = await port.run({
    name: 'SELECT',
    parts: ['SELECT ', argument, parameter],
    onUntagged: (response) => {
      if (response.name === 'OK' && response.code?.name === 'CLOSED') {
        // What came before is about the folder that was open (RFC 7162 3.2.11).
        heard = nothingHeard();
        closed = true;
      } else hear(heard, response);
    },
  });
  if (tagged.status !== 'OK') throw refusal(tagged, 'open the folder', 'folder', context.place);
  const { folder, permanent } = heard;
  folder.permanentFlags = permanent ?? heard.flags;
  folder.keywordsAllowed = permanent === null || folder.permanentFlags.includes('\\*');
  folder.readOnly = tagged.code?.name === 'READ-ONLY';
  if (folder.uidValidity === 0 || heard.notSticky) {
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'tell-user',
      detail: `${context.place.host} gives the messages of this folder no lasting numbers, so Posthorn cannot keep it in step.`,
    });
  }
  const usable =
    closed &&
    since !== undefined &&
    parameter.includes('QRESYNC') &&
    folder.uidValidity === since.uidValidity &&
    folder.highestModseq !== null;
  folder.resync = usable ? heard.resync : null;
  port.selected = { path, folder };
  return folder;
}

/** The known UIDs are named: without them some servers take "1:*" to end at the highest message that is left (case 38). */
function selectParameter(port: ImapPort, since: ResyncSince | undefined): string {
  const known =
    since !== undefined && modseq(since.modseq) !== null && since.uidValidity > 0 && since.uidNext > 1;
  if (known && port.profile.enabled.has('QRESYNC'))
    return ` (QRESYNC (${since.uidValidity} ${since.modseq} 1:${since.uidNext - 1}))`;
  // A server with ENABLE was told once for all folders.
  return port.capabilities.has('CONDSTORE') && !port.capabilities.has('ENABLE') ? ' (CONDSTORE)' : '';
}

function nothingHeard(): Heard {
  return {
    folder: {
      uidValidity: 0,
      uidNext: 0,
      exists: 0,
      highestModseq: null,
      readOnly: false,
      keywordsAllowed: false,
      permanentFlags: [],
      mailboxId: null,
    },
    flags: [],
    permanent: null,
    resync: { vanished: '', flags: [] },
    notSticky: false,
  };
}

function hear(heard: Heard, response: Untagged): void {
  const { folder } = heard;
  if (response.name === 'EXISTS') folder.exists = response.number ?? 0;
  else if (response.name === 'FLAGS') heard.flags = flagsIn(response.values[0]);
  else if (response.name === 'VANISHED') hearVanished(heard, response);
  else if (response.name === 'FETCH' && heard.resync !== null) {
    const { uid, flags, modseq: changedAt } = fetchItems(response);
    if (uid !== 0 && flags !== null) heard.resync.flags.push({ uid, flags, modseq: changedAt });
    if (heard.resync.flags.length > mostFlags) heard.resync = null;
  } else if (response.code?.name === 'UIDNOTSTICKY') heard.notSticky = true;
  else heard.permanent = readCode(folder, response) ?? heard.permanent;
}

/** "(EARLIER)" answers our question; a plain VANISHED is news of another session, asked for again next time. */
function hearVanished(heard: Heard, response: Untagged): void {
  const earlier = listOf(response.values[0]).map(rawOf).join().toUpperCase() === 'EARLIER';
  if (heard.resync === null || !earlier) return;
  const set = rawOf(response.values[1]);
  if (!isUidSet(set) || set.includes('*')) heard.resync = null;
  else heard.resync.vanished = heard.resync.vanished === '' ? set : `${heard.resync.vanished},${set}`;
}

function readCode(folder: SelectedFolder, { name, code }: Untagged): string[] | null {
  if (name !== 'OK' || code === null) return null;
  const value = code.values[0];
  if (code.name === 'UIDVALIDITY') folder.uidValidity = numberOf(value) ?? 0;
  else if (code.name === 'UIDNEXT') folder.uidNext = numberOf(value) ?? 0;
  else if (code.name === 'HIGHESTMODSEQ') folder.highestModseq = modseq(rawOf(value));
  else if (code.name === 'NOMODSEQ') folder.highestModseq = null;
  else if (code.name === 'MAILBOXID') folder.mailboxId = objectId(value);
  else if (code.name === 'PERMANENTFLAGS') return flagsIn(value);
  return null;
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
