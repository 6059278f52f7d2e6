import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { RowHandlers } from '../../state/row-handlers.ts';

/** What whoever draws a found row needs. */
export interface ResultRow {
  row: MessageRow;
  index: number;
  handlers: RowHandlers;
  /** Words to mark. */
  found: readonly string[];
}
