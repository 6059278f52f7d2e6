import * as v from 'valibot';
import { AppError, toAppError, type AppErrorData } from '../../src-shared/error.ts';
import {
  contract,
  isMethodName,
  type CheckedParams,
  type MethodName,
  type Result,
} from '../../src-shared/ipc/contract.ts';
import type { Log } from '../platform/log.ts';

export type Caller = 'window' | 'automation';

/** One function for each method of the contract; parameters come checked. */
export type Handlers = { [M in MethodName]: (params: CheckedParams<M>) => Promise<Result<M>> | Result<M> };

export type Outcome =
  { ok: true; value: unknown } | { ok: false; error: AppErrorData; unknownMethod?: boolean };

/** Calls a method by name with parameters from outside; never rejects. */
export type Serve = (method: string, params: unknown, caller: Caller) => Promise<Outcome>;

export function createServe(handlers: Handlers, options: { testHooks: boolean; log: Log }): Serve {
  return async (method, params, caller) => {
    if (!isMethodName(method) || !allowed(method, caller, options.testHooks)) {
      const detail = `Posthorn has no method “${method.slice(0, 80)}”.`;
      return {
        ok: false,
        unknownMethod: true,
        error: { code: 'bad-params', scope: 'app', next: 'tell-user', detail },
      };
    }
    const parsed = v.safeParse(contract[method].params as v.GenericSchema, params);
    if (!parsed.success) {
      const issue = parsed.issues[0];
      const where = v.getDotPath(issue);
      const detail = `${method}: ${where === null ? '' : `${where}: `}${issue.message}`;
      return { ok: false, error: { code: 'bad-params', scope: 'app', next: 'tell-user', detail } };
    }
    try {
      const handler = handlers[method] as (checked: unknown) => Promise<unknown>;
      return { ok: true, value: await handler(parsed.output) };
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'bug') options.log('error', 'a call failed', { method, error });
      return { ok: false, error: error.data };
    }
  };
}

function allowed(method: MethodName, caller: Caller, testHooks: boolean): boolean {
  const { only } = contract[method] as { only?: 'window' | 'test-hooks' };
  if (only === 'test-hooks') return testHooks;
  return only !== 'window' || caller === 'window';
}

/** For handlers of things that a later version brings. */
export function notYet(what: string): AppError {
  return new AppError({
    code: 'not-yet',
    scope: 'app',
    next: 'tell-user',
    detail: `${what} is not there yet.`,
  });
}
