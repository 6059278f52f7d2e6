import * as v from 'valibot';
import { method } from '../method.ts';

/** Part of the contract only from a checkout with `--test-hooks`; the packaged build has none of it. */
export const testHookMethods = {
  'test.clock': method<Record<string, never>>()({
    params: v.object({ advanceMs: v.pipe(v.number(), v.minValue(0)) }),
    doc: 'Moves the clock of every timer.',
    returns: '{}',
  }),
  'test.crashPoints': method<{ name: string; area: string }[]>()({
    params: v.optional(v.object({}), {}),
    doc: 'The named points at which test.crashAt can kill the program.',
    returns: '[{name, area}]',
  }),
  'test.crashAt': method<Record<string, never>>()({
    params: v.object({
      name: v.string(),
      hit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    }),
    doc: 'SIGKILLs main and browser when the point is reached for the hit-th time.',
    returns: '{}',
  }),
  'test.power': method<Record<string, never>>()({
    params: v.object({ event: v.picklist(['suspend', 'resume', 'network-changed']) }),
    doc: 'As if the computer had told so.',
    returns: '{}',
  }),
  'test.wire': method<{ lines: { at: string; protocol: string; line: string }[] }>()({
    params: v.optional(v.object({}), {}),
    doc: 'Every command sent so far, secrets masked.',
    returns: '{lines: [{at, protocol, line}]}',
  }),
} as const;
