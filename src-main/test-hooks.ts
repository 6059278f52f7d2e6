import { AppError } from '../src-shared/error.ts';
import { testHookMethods } from '../src-shared/ipc/areas/test-hooks.ts';
import type { TestHookHandlers } from './ipc/serve.ts';
import { AdvanceableClock } from './platform/clock.ts';
import { crashPoints, createCrashControl, type ArmableCrashes } from './platform/crash-points.ts';

type PowerEvent = 'suspend' | 'resume' | 'network-changed';

/** What `--test-hooks` puts in the place of the real thing, and the methods that move it. */
export interface TestHooks {
  clock: AdvanceableClock;
  crash: ArmableCrashes;
  methods: typeof testHookMethods;
  handlers: TestHookHandlers;
  onWire(protocol: string, line: string): void;
  /** What `test.power` is to do, known only once everything else is. */
  onPower(act: (event: PowerEvent) => void): void;
}

/** Imported only where `globalThis.posthornPackaged` is not true, so that no package holds it. */
export function openTestHooks(killEverything: () => never): TestHooks {
  const clock = new AdvanceableClock();
  const crash = createCrashControl(killEverything);
  const lines: { at: string; protocol: string; line: string }[] = [];
  let power: (event: PowerEvent) => void = () => undefined;
  return {
    clock,
    crash,
    methods: testHookMethods,
    onWire: (protocol, line) => void lines.push({ at: new Date(clock.now()).toISOString(), protocol, line }),
    onPower(act) {
      power = act;
    },
    handlers: {
      'test.clock': ({ advanceMs }) => {
        clock.advance(advanceMs);
        return {};
      },
      'test.crashPoints': () => crashPoints.map(({ name, area }) => ({ name, area })),
      'test.crashAt': ({ name, hit }) => {
        if (crash.crashAt(name, hit ?? 1)) return {};
        throw new AppError({
          code: 'bad-params',
          scope: 'app',
          next: 'tell-user',
          detail: `There is no crash point “${name}”.`,
        });
      },
      'test.power': ({ event }) => {
        power(event);
        return {};
      },
      'test.wire': () => ({ lines }),
    },
  };
}
