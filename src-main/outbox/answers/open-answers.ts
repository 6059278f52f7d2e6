import type { CachePort } from '../../cache/cache-port.ts';
import type { MimeReader } from '../../mime/mime-reader.ts';
import type { Verbs } from '../../sync/verbs.ts';
import { messageGone } from '../reports/report-queries.ts';
import type { AnswerPorts } from './answer-ports.ts';
import { openAnswerStore } from './answer-store.ts';
import { createAnswers, type Answers } from './answers.ts';

/** Reads what was answered, and joins the answers with the mail that they answer. */
export async function openAnswers(
  ports: Pick<AnswerPorts, 'outbox' | 'accountOf' | 'clock' | 'log'> & {
    path: string;
    onDamage(path: string, kept: string): void;
    cache: CachePort;
    reader: MimeReader;
    rawOf(messageId: string): Promise<Uint8Array>;
    verbs: Verbs;
  },
): Promise<{ answers: Answers; forgetAnswers(accountId: string): Promise<void> }> {
  const { cache, reader, verbs } = ports;
  const store = await openAnswerStore(ports.path, ports.onDamage);
  const answers = createAnswers({
    ...ports,
    store,
    roleOf: async (row) =>
      (await cache.call('folders', { accountId: row.accountId })).find(
        (folder) => folder.folderId === row.folderId,
      )?.role ?? null,
    async open(messageId) {
      const [row] = await cache.call('rows', { messageIds: [messageId] });
      // Its bytes are asked for in any case: that says in words that it is gone.
      const mail = await reader.read(await ports.rawOf(messageId));
      if (row == null) throw messageGone();
      return { row, mail };
    },
    setFlags: (messageIds, add, remove) => verbs.setFlags(messageIds, add, remove),
  });
  return { answers, forgetAnswers: (accountId) => store.forget(accountId) };
}
