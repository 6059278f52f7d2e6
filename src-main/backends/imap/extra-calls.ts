import type { Backend, Call, WriteOutcome } from '../backend.ts';
import { deleteAcl, getAcl, setAcl } from './commands/acl.ts';
import { appendMany } from './commands/append.ts';
import type { CommandContext } from './commands/context.ts';
import { expungeMarked, listMarked } from './commands/expunge-marked.ts';
import { fetchPart } from './commands/fetch-part.ts';
import { fetchPiece } from './commands/fetch-piece.ts';
import { fetchSections, fetchStructure } from './commands/fetch-sections.ts';
import { fetchIdentities } from './commands/identities.ts';
import { quotaOf } from './commands/quota.ts';
import { replace } from './commands/replace.ts';
import { storeUnlessChanged } from './commands/store-unless-changed.ts';

type Read = <T>(call: Call, work: (context: CommandContext) => Promise<T>) => Promise<T>;
type Write = <T>(call: Call, work: (context: CommandContext) => Promise<T>) => Promise<WriteOutcome<T>>;
type Extra =
  | 'quota'
  | 'getAcl'
  | 'setAcl'
  | 'deleteAcl'
  | 'appendMany'
  | 'replace'
  | 'fetchPart'
  | 'fetchPiece'
  | 'fetchStructure'
  | 'fetchSections'
  | 'fetchIdentities'
  | 'storeUnlessChanged'
  | 'listMarked'
  | 'expungeMarked';

/** What only some servers know. */
export function extraCalls(read: Read, write: Write): Required<Pick<Backend, Extra>> {
  return {
    quota: (path, call) => read(call, (context) => quotaOf(context, path)),
    getAcl: (path, call) => read(call, (context) => getAcl(context, path)),
    setAcl: (path, identifier, rights, call) =>
      read(call, (context) => setAcl(context, path, identifier, rights)),
    deleteAcl: (path, identifier, call) => read(call, (context) => deleteAcl(context, path, identifier)),
    appendMany: (path, messages, call) => write(call, (context) => appendMany(context, path, messages)),
    replace: (path, uid, bytes, choice, call) =>
      write(call, (context) => replace(context, path, uid, { bytes, ...choice })),
    storeUnlessChanged: (path, uids, change, since, call) =>
      write(call, (context) => storeUnlessChanged(context, path, uids, change, since)),
    listMarked: (path, call) => read(call, (context) => listMarked(context, path)),
    expungeMarked: (path, call) => write(call, (context) => expungeMarked(context, path)),
    fetchIdentities: (path, uids, call, onIdentities) =>
      read(call, (context) =>
        fetchIdentities(context, path, uids, (some) =>
          call.signal.aborted ? Promise.resolve() : onIdentities(some),
        ),
      ),
    fetchPiece: (path, uid, from, length, call, section = '') =>
      read(call, (context) => fetchPiece(context, path, uid, section, from, length)),
    fetchStructure: (path, uid, call) => read(call, (context) => fetchStructure(context, path, uid)),
    fetchSections: (path, uid, wanted, call) =>
      read(call, (context) => fetchSections(context, path, uid, wanted)),
    fetchPart: (path, uid, section, call) => read(call, (context) => fetchPart(context, path, uid, section)),
  };
}
