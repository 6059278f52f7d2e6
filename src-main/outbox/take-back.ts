import type { Drafts } from '../drafts/drafts.ts';
import type { Machine } from '../drafts/stored-draft.ts';
import { formatAddress, parseAddressField } from '../mime/compose/address-list.ts';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { StoredItem } from './outbox-item.ts';
import type { OutboxStore } from './outbox-store.ts';

/**
 * Makes a mail of the outbox a draft again, for those who do not have it yet. The item is `cancelled`, so
 * that a kill in between is finished at the next start. Gives the draft's id; null for a mail that no person
 * wrote, which leaves none.
 */
export async function takeBack(
  item: StoredItem,
  {
    store,
    drafts,
    clock,
    onMachineTakenBack,
  }: {
    store: OutboxStore;
    drafts: Drafts;
    clock: Clock;
    onMachineTakenBack(machine: Machine): Promise<void>;
  },
): Promise<string | null> {
  const accepted = new Set(
    item.recipients
      .filter((recipient) => recipient.state === 'accepted')
      .map((recipient) => recipient.address),
  );
  const draft = {
    ...item.draft,
    savedAt: new Date(clock.now()).toISOString(),
    problem: item.error?.detail ?? null,
    copies: [],
  };
  if (accepted.size > 0) {
    // Who has it already must not get it twice; who was a blind copy stays one.
    const left = (field: string, input: readonly string[]): string[] =>
      parseAddressField(field, input)
        .filter(({ address }) => !accepted.has(address))
        .map(formatAddress);
    draft.to = left('To', draft.to);
    draft.cc = left('Cc', draft.cc);
    draft.bcc = left('Bcc', draft.bcc);
  }
  const { machine } = item.draft;
  if (machine === undefined) await drafts.restore(draft);
  else if (accepted.size === 0) await onMachineTakenBack(machine);
  // What some have got goes on to be listed as sent to them, and filed.
  if (accepted.size > 0) {
    await store.change(item.outboxId, {
      state: 'sent',
      cancelled: false,
      error: null,
      recipients: item.recipients.filter((recipient) => recipient.state === 'accepted'),
      draft: { ...item.draft, draftId: newId('d') },
    });
  } else await store.remove([item.outboxId]);
  return machine === undefined ? draft.draftId : null;
}
