import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { readJsonFile } from '../../platform/atomic-file.ts';
import { keptValue } from '../../platform/kept-value.ts';
import { invitationAnswers } from '../../../src-shared/ipc/areas/mail.ts';

const answerSchema = v.object({
  accountId: v.string(),
  /** What was said: to an invitation, or to a wish for a receipt. */
  answer: v.picklist([...invitationAnswers, 'receipt', 'no-receipt']),
  /** SEQUENCE of the invitation that was answered. */
  sequence: v.number(),
  /** Milliseconds. */
  at: v.number(),
});
export type StoredAnswer = v.InferOutput<typeof answerSchema>;
const fileSchema = v.object({ answers: v.array(v.tuple([v.string(), answerSchema])) });

/** An organiser asks again for years; then the oldest go. */
const most = 2_000;

/** What was answered to invitations and wishes for a receipt, by key; durable when a change resolves. */
export interface AnswerStore {
  get(key: string): StoredAnswer | undefined;
  /** Undefined: it is taken out. */
  set(key: string, answer: StoredAnswer | undefined): Promise<void>;
  forget(accountId: string): Promise<void>;
}

/** Names what is answered without telling it: neither ids nor addresses of a mail lie in the file. */
export function answerKey(accountId: string, ...parts: readonly string[]): string {
  return createHash('sha256')
    .update([accountId, ...parts].join('\0'))
    .digest('hex')
    .slice(0, 40);
}

export async function openAnswerStore(
  path: string,
  onDamage: (path: string, kept: string) => void,
): Promise<AnswerStore> {
  const read = await readJsonFile(path, (value) => v.parse(fileSchema, value), onDamage);
  const kept = keptValue<ReadonlyMap<string, StoredAnswer>>(path, new Map(read?.answers ?? []), (answers) =>
    JSON.stringify({ answers: [...answers] }),
  );
  return {
    get: (key) => kept.get().get(key),
    async set(key, answer) {
      await kept.change((answers) => {
        const others = [...answers].filter(([one]) => one !== key);
        return new Map(answer === undefined ? others : [...others, [key, answer] as const].slice(-most));
      });
    },
    async forget(accountId) {
      if (![...kept.get().values()].some((one) => one.accountId === accountId)) return;
      await kept.change((answers) => new Map([...answers].filter(([, one]) => one.accountId !== accountId)));
    },
  };
}
