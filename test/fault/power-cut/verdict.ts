import type { SmtpSink } from '../../servers/smtp-sink.ts';
import type { RawImap, RawMessage } from '../../servers/raw-imap.ts';
import { until, type Headless } from '../../harness/headless.ts';
import { rowsOf, serverState, shownState } from '../../integration/sync-world.ts';
import { sha256 } from '../ledger.ts';
import type { Accounts } from './story.ts';
import type { Told } from './told.ts';

export interface AfterCut {
  posthorn: Headless;
  accounts: Accounts;
  told: Told;
  /** A connection of its own to the server of the first account. */
  peer: RawImap;
  sink: SmtpSink;
}

/** Lets everything go its way with a network again; what ends in a question to the user may stay. */
export async function comeToRest({ posthorn }: AfterCut): Promise<void> {
  let last = '';
  await posthorn.call('connectivity.set', { online: true });
  await until(
    async () => {
      const { accounts } = await posthorn.call('sync.run');
      const ops = (await posthorn.call('journal.list')).filter((op) => op.state !== 'parked');
      const mails = (await posthorn.call('outbox.list')).filter(
        (item) => !['unknown', 'failed'].includes(item.state),
      );
      const errors = accounts.flatMap((account) => account.errors);
      if (ops.length + mails.length + errors.length === 0) return true;
      last = JSON.stringify([errors, ops, mails]).slice(0, 2_000);
      await posthorn.call('test.clock', { advanceMs: 61_000 });
      return false;
    },
    'nothing waits any more',
    90_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${last}`);
  });
  await posthorn.call('sync.run');
}

/** One line for each thing that was told and is not so, and for each thing that is there twice. */
export async function brokenPromises(after: AfterCut): Promise<string[]> {
  const server = new Map<string, RawMessage[]>();
  for (const folder of await after.peer.folders())
    if (!folder.attributes.some((word) => /noselect|nonexistent/i.test(word)))
      server.set(folder.path, await after.peer.messages(folder.path));
  return [
    ...mails(after.told, server),
    ...(await drafts(after, server)),
    ...(await sendings(after, server)),
    ...(await takenHome(after)),
    ...(await theRest(after, server)),
  ];
}

function mails(told: Told, server: Map<string, RawMessage[]>): string[] {
  const lines: string[] = [];
  for (const [id, mail] of told.mails) {
    const places = [...server].flatMap(([path, all]) =>
      all.filter((message) => message.messageId === id).map((message) => ({ path, message })),
    );
    if (places.length < mail.atLeast || places.length > mail.atMost)
      lines.push(
        `${id} is there ${places.length} times (${places.map(({ path }) => path).join(', ')}), not ${mail.atLeast} to ${mail.atMost}`,
      );
    for (const { path, message } of places) {
      if (message.sha256 !== mail.sha256) lines.push(`${id} has other bytes in ${path}`);
      if (mail.loose) continue;
      if (!mail.folder.has(path)) lines.push(`${id} lies in ${path}, not ${mail.folder}`);
      const flagged = message.flags.includes('\\Flagged');
      if (!mail.flagged.has(flagged)) lines.push(`${id} starred: ${flagged}, not ${mail.flagged}`);
    }
  }
  return lines;
}

async function drafts(
  { posthorn, accounts, told }: AfterCut,
  server: Map<string, RawMessage[]>,
): Promise<string[]> {
  const here = await posthorn.call('draft.list', { accountId: accounts.accountId });
  const lines: string[] = [];
  for (const [draftId, text] of told.drafts) {
    const found = here.find((draft) => draft.draftId === draftId);
    if (found === undefined) lines.push(`draft ${draftId} is lost`);
    else if (!text.has(found.text))
      lines.push(`draft ${draftId} says ${found.text.slice(0, 20)}, not ${text}`);
  }
  const copies = (server.get('Drafts') ?? []).length;
  if (copies > here.length) lines.push(`${copies} copies in Drafts of ${here.length} drafts`);
  return lines;
}

async function sendings(
  { posthorn, told, sink }: AfterCut,
  server: Map<string, RawMessage[]>,
): Promise<string[]> {
  const lines: string[] = [];
  const idOf = (bytes: Buffer): string =>
    /^message-id:\s*(<[^>]*>)/im.exec(bytes.toString('latin1'))?.[1] ?? '';
  const taken = new Map<string, Buffer[]>();
  for (const { bytes } of sink.mails) taken.set(idOf(bytes), [...(taken.get(idOf(bytes)) ?? []), bytes]);
  for (const [id, copies] of taken)
    if (copies.length > 1) lines.push(`${id} was sent ${copies.length} times`);
  const items = await posthorn.call('outbox.list', { all: true });
  for (const [id, outboxId] of told.sent) {
    const item = items.find((one) => one.outboxId === outboxId);
    const sent = taken.get(id)?.[0];
    if (item === undefined) lines.push(`the outbox forgot ${id}`);
    if (sent === undefined && item?.state !== 'unknown') lines.push(`${id} was not sent: ${item?.state}`);
    if (sent === undefined || item?.state !== 'sent') continue;
    const filed = (server.get('Sent') ?? []).filter((message) => message.messageId === id);
    if (filed.length !== 1) lines.push(`${id} is in Sent ${filed.length} times`);
    else if (filed[0]?.sha256 !== sha256(sent)) lines.push(`${id} has other bytes in Sent`);
  }
  return lines;
}

/** Mail whose server has it no more: once here, with every byte. */
async function takenHome({ posthorn, accounts, told }: AfterCut): Promise<string[]> {
  const lines: string[] = [];
  const times = new Map<string, number>();
  for (const folder of await posthorn.call('folder.list', { accountId: accounts.homeId }))
    for (const row of folder.selectable ? await rowsOf(posthorn, folder.folderId) : []) {
      const id = row.messageIdHeader;
      times.set(id, (times.get(id) ?? 0) + 1);
      const source = await posthorn.call('message.source', { messageId: row.messageId });
      // LMTP puts its own lines before the mail.
      const text = Buffer.from('base64' in source ? source.base64 : '', 'base64').toString();
      if (sha256(text.slice(text.indexOf('From: Bob'))) !== told.home.get(id))
        lines.push(`${id} has other bytes at home`);
    }
  for (const id of told.home.keys())
    if (times.get(id) !== 1) lines.push(`${id} is at home ${times.get(id) ?? 0} times`);
  return lines;
}

async function theRest(
  { posthorn, accounts, told, peer }: AfterCut,
  server: Map<string, RawMessage[]>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const path of told.folders) if (!server.has(path)) lines.push(`the folder ${path} is lost`);
  const account = (await posthorn.call('account.list')).find((one) => one.accountId === accounts.accountId);
  if (account === undefined || !told.accountName.has(account.name))
    lines.push(`the account is called ${account?.name}, not ${told.accountName}`);
  for (const op of await posthorn.call('journal.list'))
    lines.push(`left waiting: ${op.state} ${op.sentence}: ${op.error?.detail ?? ''}`);
  const [there, here] = [await serverState(peer), await shownState(posthorn, accounts.accountId)];
  for (const path of new Set([...Object.keys(there), ...Object.keys(here)]))
    if (JSON.stringify(there[path]) !== JSON.stringify(here[path]))
      lines.push(`${path} is shown as ${JSON.stringify(here[path])} and is ${JSON.stringify(there[path])}`);
  return lines;
}
