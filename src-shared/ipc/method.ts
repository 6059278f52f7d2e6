import type * as v from 'valibot';

/** One callable of the contract: its schema checks what comes in, `doc` is printed in docs/automation.md. */
export interface Method<P extends v.GenericSchema = v.GenericSchema, R = unknown> {
  readonly params: P;
  readonly doc: string;
  /** The result's shape in words, for the generated document. */
  readonly returns: string;
  /** Windows and the automation interface may both call it unless it says otherwise. */
  readonly only?: 'window' | 'automation';
  /** Never read at run time: carries the result's type. */
  readonly result?: R;
}

/** Declares a method with its result type: `method<Result>()({params, doc, returns})`. */
export function method<R>() {
  return <P extends v.GenericSchema>(definition: Omit<Method<P, R>, 'result'>): Method<P, R> => definition;
}
