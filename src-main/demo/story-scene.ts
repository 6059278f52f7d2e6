import type { MessageRow } from '../../src-shared/model/message.ts';
import { expect } from './narrator.ts';
import type { Narrator } from './narrator.ts';
import type { PosthornProcess } from './posthorn-process.ts';
import type { RawLook } from './raw-look.ts';
import { until } from './waiting.ts';
import type { DemoPerson, DemoWorld } from './world.ts';

/** One of the two accounts, as the story knows it. */
export interface Added {
  person: DemoPerson;
  accountId: string;
}

/** What the steps hand on: `posthorn` changes when it is started again. */
export interface Scene {
  narrator: Narrator;
  world: DemoWorld;
  posthorn: PosthornProcess;
  /** Starts it anew on the same profile. */
  start(): PosthornProcess;
  cable: { pull(): Promise<void>; plugIn(): Promise<void> };
  personal: Added;
  work: Added;
  /** A connection of the demo's own to the mail server, past Posthorn and past the cable. */
  look(person: DemoPerson): Promise<RawLook>;
}

/** The mail that is answered later, without a network. */
export const invitation = {
  subject: 'Friday at the harbour museum',
  messageId: '<friday-at-the-museum@noordlicht.test>',
};

export async function inboxOf(posthorn: PosthornProcess, accountId: string): Promise<string> {
  return (await folderWith(posthorn, accountId, ({ role }) => role === 'inbox')).folderId;
}

export async function folderWith(
  posthorn: PosthornProcess,
  accountId: string,
  matches: (folder: { path: string; role: string | null }) => boolean,
): Promise<{ folderId: string; path: string }> {
  const folders = await posthorn.call('folder.list', { accountId });
  const folder = folders.find(matches);
  expect(
    'the folder',
    folder !== undefined,
    folders.map(({ path }) => path),
  );
  return folder;
}

/** The newest messages of a folder. */
export async function newest(
  posthorn: PosthornProcess,
  folderId: string,
  limit: number,
): Promise<MessageRow[]> {
  const { rows } = await posthorn.call('message.list', { folderId, limit });
  return rows.filter((row): row is MessageRow => !('gone' in row));
}

/** Waits until a folder's list shows the mail; no sync is asked for. */
export async function appears(
  posthorn: PosthornProcess,
  folderId: string,
  messageIdHeader: string,
  withinMs = 30_000,
): Promise<string> {
  return await until(
    `${messageIdHeader} in the list`,
    async () => {
      // A moved message lies where its date puts it, so the whole of a small folder is looked at.
      const rows = await newest(posthorn, folderId, 500);
      return rows.find((row) => row.messageIdHeader === messageIdHeader)?.messageId;
    },
    { withinMs },
  );
}
