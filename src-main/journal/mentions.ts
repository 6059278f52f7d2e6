import type { Op } from './op.ts';

/** Which messages waiting operations speak of, and which operations wait for which: 100,000 of them are not searched. */
export interface Mentions {
  add(op: Op): void;
  remove(op: Op): void;
  /** Operations that speak of this message, oldest first. */
  of(messageId: string): Op[];
  has(messageId: string): boolean;
  /** The op is over: gives those that were to follow it. */
  settle(op: Op): Op[];
}

export function createMentions(ops: Iterable<Op>): Mentions {
  const speaking = new Map<string, Set<Op>>();
  const waiting = new Map<string, Set<Op>>();

  function idsOf(op: Op): string[] {
    const ids = op.targets.map((target) => target.messageId);
    if (op.action.kind === 'append') ids.push(op.action.messageId);
    return ids;
  }

  const mentions: Mentions = {
    add(op) {
      for (const id of idsOf(op)) speaking.set(id, (speaking.get(id) ?? new Set()).add(op));
      for (const leader of op.after) waiting.set(leader, (waiting.get(leader) ?? new Set()).add(op));
    },
    remove(op) {
      for (const id of idsOf(op)) {
        const ops = speaking.get(id);
        ops?.delete(op);
        if (ops?.size === 0) speaking.delete(id);
      }
      for (const leader of op.after) {
        const set = waiting.get(leader);
        set?.delete(op);
        if (set?.size === 0) waiting.delete(leader);
      }
    },
    of: (messageId) => [...(speaking.get(messageId) ?? [])].sort((a, b) => a.seq - b.seq),
    has: (messageId) => speaking.has(messageId),
    settle(op) {
      mentions.remove(op);
      const followers = [...(waiting.get(op.opId) ?? [])];
      waiting.delete(op.opId);
      return followers;
    },
  };
  for (const op of ops) mentions.add(op);
  return mentions;
}
