import * as v from 'valibot';
import { publicError, toAppError, type AppErrorData } from '../../src-shared/error.ts';
import { contract, type CheckedParams, type MethodName, type Result } from '../../src-shared/ipc/contract.ts';
import type { Method } from '../../src-shared/ipc/method.ts';
import type { Log } from '../platform/log.ts';
import { badParams } from './bad-params.ts';

export type Caller = 'window' | 'automation';

/** One function for each method of the contract; parameters come checked. */
export type Handlers = HandlersOf<keyof typeof contract>;
export type TestHookHandlers = HandlersOf<Exclude<MethodName, keyof typeof contract>>;

type HandlersOf<Names extends MethodName> = {
  [M in Names]: (params: CheckedParams<M>) => Promise<Result<M>> | Result<M>;
};

export type Outcome =
  { ok: true; value: unknown } | { ok: false; error: AppErrorData; unknownMethod?: boolean };

/** Calls a method by name with parameters from outside; never rejects. */
export type Serve = (method: string, params: unknown, caller: Caller) => Promise<Outcome>;

export interface ServeOptions {
  log: Log;
  /** Methods beside the contract's own. */
  testHooks: { methods: Readonly<Record<string, Method>>; handlers: TestHookHandlers } | null;
}

export function createServe(handlers: Handlers, { log, testHooks }: ServeOptions): Serve {
  const methods: Readonly<Record<string, Method>> = { ...contract, ...testHooks?.methods };
  const all = { ...handlers, ...testHooks?.handlers } as Readonly<
    Record<string, (checked: unknown) => unknown>
  >;
  return async (method, params, caller) => {
    const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
    const handler = all[method];
    if (known === undefined || handler === undefined || (known.only !== undefined && known.only !== caller)) {
      const detail = `Posthorn has no method “${method.slice(0, 80)}”.`;
      return {
        ok: false,
        unknownMethod: true,
        error: { code: 'bad-params', scope: 'app', next: 'tell-user', detail },
      };
    }
    const parsed = v.safeParse(known.params, params);
    if (!parsed.success) {
      const detail = badParams(method, parsed.issues);
      return { ok: false, error: { code: 'bad-params', scope: 'app', next: 'tell-user', detail } };
    }
    if (caller === 'window' && namesFile(parsed.output)) {
      const detail = `${method}: a window gives contents, never the name of a file.`;
      return { ok: false, error: { code: 'bad-params', scope: 'app', next: 'tell-user', detail } };
    }
    try {
      return { ok: true, value: await handler(parsed.output) };
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'bug') log('error', 'a call failed', { method, error });
      return { ok: false, error: publicError(error.data) };
    }
  };
}

/**
 * Files of this computer are read and written by name for the automation interface only: a window shows what
 * strangers wrote, and whoever broke into it must not reach the disk through us.
 */
function namesFile(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesFile);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      ((key === 'file' || key === 'toFile' || key === 'toDirectory') && inner !== undefined) ||
      namesFile(inner),
  );
}
