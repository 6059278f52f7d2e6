import type { AppErrorData } from '../error.ts';
import type { EventName, Events } from './contract.ts';

/** Window → main. Checked on arrival: sender, method, params. */
export interface WindowCall {
  call: number;
  method: string;
  params: unknown;
}

/** Main → window: the answer to a call, or an event. Errors travel as data, never as throws. */
export type WindowAnswer =
  { call: number; ok: true; value: unknown } | { call: number; ok: false; error: AppErrorData };

export type WindowEvent = { [E in EventName]: { event: E; params: Events[E] } }[EventName];
