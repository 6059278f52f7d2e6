/**
 * Whether the program may use the network at all ("Stay off the network" is the user's switch) and
 * whether there seems to be one: when every account's last failure was the network's, there is none.
 */
export interface Connectivity {
  online(): boolean;
  offlineSince(): string | null;
  reason(): 'user' | 'no-network' | null;
  setByUser(online: boolean): void;
  /** Called whenever an account's state changed. */
  accountsSeen(states: readonly { networkGone: boolean; connected: boolean }[]): void;
  onChange(listener: () => void): void;
}

export function createConnectivity(startOffline: boolean, now: () => number): Connectivity {
  let userOffline = startOffline;
  let networkGone = false;
  let since: string | null = startOffline ? new Date(now()).toISOString() : null;
  const listeners: (() => void)[] = [];

  function changed(): void {
    const off = userOffline || networkGone;
    if (off && since === null) since = new Date(now()).toISOString();
    if (!off) since = null;
    for (const listener of listeners) listener();
  }

  return {
    online: () => !userOffline,
    offlineSince: () => since,
    reason: () => (userOffline ? 'user' : networkGone ? 'no-network' : null),
    setByUser(online) {
      if (userOffline === !online) return;
      userOffline = !online;
      changed();
    },
    accountsSeen(states) {
      const gone =
        states.length > 0 &&
        states.some((state) => state.networkGone) &&
        states.every((state) => state.networkGone && !state.connected);
      if (gone === networkGone) return;
      networkGone = gone;
      changed();
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
