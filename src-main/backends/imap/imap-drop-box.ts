import { parseUidSet } from '../../../src-shared/uid-set.ts';
import { AppError } from '../../../src-shared/error.ts';
import type { Backend, Call } from '../backend.ts';
import type { DropBox, DropBoxEntry, DropBoxSession } from '../drop-box.ts';

/**
 * One IMAP folder to take mail home from. A message is named by UIDVALIDITY and UID, so a folder that was made anew
 * names nothing that was seen before. Removal is UID EXPUNGE of exactly these; a server without UIDPLUS is left with
 * \Deleted marks, for a bare EXPUNGE would take others' mail with it.
 */
export function createImapDropBox(backend: Backend, path: string): DropBox {
  return {
    async open(signal) {
      const call: Call = { lane: 'bulk', signal };
      const selected = await backend.select(path, call);
      backend.expectValidity(path, selected.uidValidity);
      return sessionOf(backend, path, selected.uidValidity, call);
    },
  };
}

function sessionOf(backend: Backend, path: string, uidValidity: number, call: Call): DropBoxSession {
  let going: number[] = [];
  return {
    async list() {
      const uids = await backend.listUids(path, call);
      const entries: DropBoxEntry[] = [];
      if ((parseUidSet(uids) ?? []).length === 0) return entries;
      await backend.fetchRows(path, uids, call, (rows) => {
        for (const { uid, size, internalDate, flags, envelope } of rows)
          // Somebody deleted it already: it is not taken, and a second removal would be ours to explain.
          if (!flags.includes('\\Deleted'))
            entries.push({
              key: `${uidValidity}.${uid}`,
              handle: uid,
              size,
              date: internalDate,
              flags: flags.filter((flag) => flag !== '\\Recent'),
              mark: `${envelope.messageIdHeader} ${size} ${internalDate}`,
            });
        return Promise.resolve();
      });
      return entries.toSorted((a, b) => a.handle - b.handle);
    },
    top: () => Promise.resolve(null),
    async retrieve(handle, onChunk) {
      let got = false;
      await backend.fetchBodies(path, [handle], call, async (_uid, bytes) => {
        got = true;
        await onChunk(bytes);
      });
      if (!got)
        throw new AppError({
          code: 'not-found',
          scope: 'message',
          next: 'retry',
          detail:
            'A message went away on the server while it was being taken home. Posthorn lists the folder again.',
        });
    },
    remove(handles) {
      going = [...handles];
      return Promise.resolve();
    },
    async commit() {
      for (let at = 0; at < going.length; at += 500) {
        const outcome = await backend.expunge(path, going.slice(at, at + 500), call);
        if (outcome.state === 'unknown')
          throw new AppError({
            code: 'connection-lost',
            scope: 'account',
            next: 'retry',
            detail:
              'The connection was lost before the server said what it removed. Everything is safe here.',
            server: { text: outcome.detail },
          });
      }
    },
    abandon: () => undefined,
  };
}
