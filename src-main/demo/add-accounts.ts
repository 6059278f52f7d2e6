import type { Candidate } from '../../src-shared/ipc/areas/account.ts';
import { expect, many } from './narrator.ts';
import type { PosthornProcess } from './posthorn-process.ts';
import type { DemoPerson } from './world.ts';

/** Where a setting came from, as the account wizard would say it. */
const sources: Readonly<Record<string, string | undefined>> = {
  srv: 'SRV records of the domain',
  autoconfig: 'the settings file of the domain, over https',
  'well-known': 'the settings file under .well-known, over https',
  'provider-database': 'the provider database',
  mx: 'the domain its mail is delivered to',
  guess: 'a good guess, tried out',
};

const outcomes: Readonly<Record<string, string | undefined>> = {
  found: 'found',
  nothing: 'nothing there',
  'not-offered': 'not offered',
  aborted: 'stopped',
};

const sourceInWords = (source: string): string => sources[source] ?? source;

/** Finds the servers of an address and adds the account with the best of them, as a user would. */
export async function discoverAccount(
  posthorn: PosthornProcess,
  person: DemoPerson,
  tell: (line: string) => void,
): Promise<Candidate> {
  const { address } = person;
  const found = await posthorn.call('account.discover', { address });
  for (const { source, outcome, detail } of found.tried)
    tell(`${sourceInWords(source)}: ${outcomes[outcome] ?? outcome}. ${detail}`.trimEnd());
  const best = found.candidates[0];
  expect(`settings for ${address}`, best !== undefined, found);
  const domain = address.split('@')[1] ?? '';
  const { incoming, outgoing } = best;
  tell(
    `Reading: ${incoming.protocol.toUpperCase()} at ${incoming.host}:${incoming.port}, TLS ${incoming.tls}`,
  );
  tell(`Sending: SMTP at ${outgoing.host}:${outgoing.port}, TLS ${outgoing.tls}`);
  tell(`Both from ${sourceInWords(best.source)}.`);
  expect(`the server imap.${domain}`, incoming.host === `imap.${domain}` && incoming.port === 993, incoming);
  expect(`the server smtp.${domain}`, outgoing.host === `smtp.${domain}`, outgoing);
  expect('an encrypted way to both', incoming.tls !== 'none' && outgoing.tls !== 'none', best);
  expect('no host outside the domain', found.confirmHosts.length === 0, found.confirmHosts);
  return best;
}

export async function addAccount(
  posthorn: PosthornProcess,
  person: DemoPerson,
  { incoming, outgoing }: Candidate,
): Promise<string> {
  const { password, address, name } = person;
  const { accountId } = await posthorn.call('account.add', {
    address,
    name,
    mode: 'disconnected',
    incoming: {
      protocol: incoming.protocol,
      host: incoming.host,
      port: incoming.port,
      tls: incoming.tls,
      username: incoming.username,
      password,
    },
    outgoing: {
      host: outgoing.host,
      port: outgoing.port,
      tls: outgoing.tls,
      username: outgoing.username,
      password,
    },
  });
  return accountId;
}

/** Total and cached messages of an account over all its folders. */
export async function countCached(
  posthorn: PosthornProcess,
  accountId: string,
): Promise<{ folders: number; total: number; cached: number; readable: number; unread: number }> {
  const folders = await posthorn.call('folder.list', { accountId });
  const sum = (pick: (folder: (typeof folders)[number]) => number): number =>
    folders.reduce((all, folder) => all + pick(folder), 0);
  return {
    folders: folders.length,
    total: sum(({ total }) => total),
    cached: sum(({ cached }) => cached),
    readable: sum(({ readable }) => readable),
    unread: sum(({ unread }) => unread),
  };
}

export const countsInWords = (counts: Awaited<ReturnType<typeof countCached>>): string =>
  `${many(counts.cached, 'message')} in ${many(counts.folders, 'folder')}, ${counts.unread} unread, ${counts.readable} readable without a network`;
