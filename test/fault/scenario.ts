import type { World } from './world.ts';

/** What the server of a scenario can do. */
export type ServerKind = 'full' | 'uidplus' | 'bare';

/**
 * One fault of `research` E.7, told in the order in which it happens. Each is run straight and twice, and
 * killed at named steps and resumed (`run-scenarios.ts`); so every part may happen on any of several accounts
 * at the same time, and `check` must hold after every way.
 */
export interface Scenario {
  /** Numbers of the research's list. */
  cases: readonly number[];
  name: string;
  server?: ServerKind;
  /** Mail and folders on the server before the account is added. */
  seed(world: World): Promise<void>;
  /** After the first sync, still connected. */
  connected?(world: World): Promise<void>;
  /** Off the network: what the user does, and what others do on the server meanwhile. */
  offline?(world: World): Promise<void>;
  /** Right before the network comes back: what is to go wrong. */
  trouble?(world: World): void | Promise<void>;
  /** The first attempts may fail with these codes; any other failure of the last one is an error. */
  endsWith?: readonly string[];
  /** Beyond what always holds: each mail as often as the ledger says, on the server and in Posthorn alike. */
  check?(world: World): Promise<void>;
}
