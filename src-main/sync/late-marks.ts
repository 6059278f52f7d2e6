import { lateMs, mayComeLate } from '../commands/command.ts';
import type { Op } from '../journal/op.ts';
import type { Clock } from '../platform/clock.ts';

interface LateMark {
  opId: string;
  messageIds: ReadonlySet<string>;
  add: readonly string[];
  remove: readonly string[];
  until: number;
}

/** STOREs that a lost connection may still bring to the server (ADR 27); of one account, in memory. */
export interface LateMarks {
  /** Before a wish about flags is tried. */
  note(op: Op): void;
  /** When it may be sent: what is late must not undo it, which wishes the opposite. Null: at once. */
  holds(op: Op): number | null;
}

/**
 * A STORE whose answer was lost is sent again at once, for twice is once. But the first may come seconds later, after a
 * wish that says the opposite: that one waits so long.
 */
export function createLateMarks(clock: Clock): LateMarks {
  let marks: LateMark[] = [];
  return {
    note(op) {
      if (op.action.kind !== 'flags' || !mayComeLate(op, clock)) return;
      const { add, remove } = op.action;
      const until = (op.evidence.lostAt ?? clock.now()) + lateMs;
      marks = marks.filter((mark) => mark.opId !== op.opId);
      marks.push({
        opId: op.opId,
        messageIds: new Set(op.targets.map(({ messageId }) => messageId)),
        add,
        remove,
        until,
      });
    },
    holds(op) {
      const now = clock.now();
      // A clock that was set back holds nothing up.
      marks = marks.filter(({ until }) => until > now && until - now <= lateMs);
      const { action } = op;
      if (action.kind !== 'flags' || marks.length === 0) return null;
      const opposite = marks.filter(
        (mark) =>
          mark.opId !== op.opId &&
          (action.add.some((flag) => mark.remove.includes(flag)) ||
            action.remove.some((flag) => mark.add.includes(flag))) &&
          op.targets.some(({ messageId }) => mark.messageIds.has(messageId)),
      );
      return opposite.length === 0 ? null : Math.max(...opposite.map(({ until }) => until));
    },
  };
}
