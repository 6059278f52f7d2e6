import type { StoreMethod } from '../../src-shared/cache-protocol.ts';

/** A call of the store that is not answered yet. */
export interface Call {
  id: number;
  method: StoreMethod;
  params: unknown;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  sent: boolean;
}

/** Batches on their way at once: the next is parsed while one is written; more only fills memory. */
const maxWritesInFlight = 2;
const bigMethods: ReadonlySet<StoreMethod> = new Set(['applyBatch', 'putBodies']);

/** What may be sent now, in order; a call that must wait holds back those behind it. */
export function sendable(calls: Iterable<Call>): Call[] {
  const all = [...calls];
  let big = all.filter((call) => call.sent && bigMethods.has(call.method)).length;
  const now: Call[] = [];
  for (const call of all) {
    if (call.sent) continue;
    if (bigMethods.has(call.method)) {
      if (big >= maxWritesInFlight) break;
      big += 1;
    }
    now.push(call);
  }
  return now;
}
