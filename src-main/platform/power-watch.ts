import { networkInterfaces } from 'node:os';
import type { Clock, Timer } from './clock.ts';

export type PowerEvent = 'suspend' | 'resume' | 'network-changed';

export interface PowerWatch {
  onEvent(listener: (event: PowerEvent) => void): void;
  stop(): void;
}

const beat = 5_000;
/** A machine that slept shows it as a wall clock far ahead of what the timer waited. */
const sleepJump = 30_000;

/**
 * Notices sleep and network changes without the help of the desktop. Sleep is seen only after
 * waking (suspend, then resume); addresses are compared every 5 s. Loopback and link-local
 * addresses do not count: containers and tunnels make and drop them all day.
 */
export function watchPower(clock: Clock, addresses: () => string = currentAddresses): PowerWatch {
  const listeners: ((event: PowerEvent) => void)[] = [];
  let lastWall = clock.now();
  let lastAddresses = addresses();
  let timer: Timer;
  const tell = (event: PowerEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const look = (): void => {
    // Linux stops the monotonic clock while asleep, macOS and Windows may not: measure against the planned beat.
    const now = clock.now();
    const jump = now - lastWall - beat;
    lastWall = now;
    if (jump >= sleepJump) {
      tell('suspend');
      tell('resume');
    }
    const present = addresses();
    if (present !== lastAddresses) {
      lastAddresses = present;
      tell('network-changed');
    }
    timer = clock.setTimeout(look, beat);
  };
  timer = clock.setTimeout(look, beat);
  return {
    onEvent: (listener) => {
      listeners.push(listener);
    },
    stop: () => timer.cancel(),
  };
}

function currentAddresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(
      (entry) =>
        !entry.internal && !entry.address.startsWith('fe80:') && !entry.address.startsWith('169.254.'),
    )
    .map((entry) => entry.address)
    .sort()
    .join(' ');
}
