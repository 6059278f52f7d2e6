import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode, type ErrorNext } from '../../../../src-shared/error.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import { createSession } from '../../../../src-main/sync/session.ts';
import { createFakeBackend, FakeMailServer } from '../../../fakes/fake-backend.ts';

function refusing(code: ErrorCode, next: ErrorNext, serverText?: string) {
  const clock = new AdvanceableClock();
  const backend = createFakeBackend(new FakeMailServer());
  const states: string[] = [];
  let connects = 0;
  let refuse = true;
  const session = createSession({
    clock,
    backend: {
      ...backend,
      capabilities: backend.capabilities,
      connect: () => {
        connects += 1;
        return refuse
          ? Promise.reject(
              new AppError({
                code,
                scope: 'account',
                next,
                detail: 'no',
                ...(serverText === undefined ? {} : { server: { text: serverText } }),
              }),
            )
          : Promise.resolve();
      },
    },
    onUp: () => undefined,
    onState: (state) => states.push(state),
  });
  return { clock, session, states, connects: () => connects, accept: () => void (refuse = false) };
}

describe('a session', () => {
  it('does not try a refused password again by itself, whoever asks', async () => {
    const { clock, session, states, connects } = refusing('auth-failed', 'ask-password');
    await expect(session.ensure()).rejects.toMatchObject({ code: 'auth-failed' });
    clock.advance(86_400_000);
    await expect(session.ensure()).rejects.toMatchObject({ code: 'auth-failed' });
    expect(connects()).toBe(1);
    expect(states.at(-1)).toBe('auth-failed');
  });

  it('tries once when the user says so', async () => {
    const { session, connects, accept } = refusing('auth-failed', 'ask-password');
    await expect(session.ensure()).rejects.toThrow();
    accept();
    await session.tryNow();
    expect(connects()).toBe(2);
    expect(session.signal()).not.toBeNull();
  });

  it('signs in at most once in 10 s after a failure, and backs off by itself', async () => {
    const { clock, session, connects } = refusing('timeout', 'retry');
    await expect(session.ensure()).rejects.toThrow();
    for (let i = 0; i < 5; i += 1) await expect(session.ensure()).rejects.toMatchObject({ code: 'timeout' });
    expect(connects()).toBe(1);
    clock.advance(13_000);
    await expect.poll(connects).toBe(2);
  });

  it('tries at once when the user says so, once, and then waits like everybody else', async () => {
    const { clock, session, connects } = refusing('timeout', 'retry');
    await expect(session.ensure()).rejects.toThrow();
    for (let i = 0; i < 5; i += 1) await expect(session.tryNow()).rejects.toMatchObject({ code: 'timeout' });
    expect(connects()).toBe(2);
    clock.advance(10_001);
    await expect(session.tryNow()).rejects.toThrow();
    expect(connects()).toBeGreaterThanOrEqual(3);
  });

  it('waking up does not wait out the back-off, and connects within 30 s', async () => {
    const { clock, session, connects, accept } = refusing('timeout', 'retry');
    await expect(session.ensure()).rejects.toThrow();
    for (let i = 0; i < 8; i += 1) {
      const before = connects();
      clock.advance(40 * 60_000);
      await expect.poll(connects).toBe(before + 1);
    }
    accept();
    session.wake();
    clock.advance(10_001);
    await expect.poll(() => session.signal() !== null).toBe(true);
  });

  it('stays away as long as the server asks, also after waking up; the user may still try once', async () => {
    const { clock, session, connects } = refusing('refused', 'retry', 'Try again in 4 minutes');
    await expect(session.ensure()).rejects.toThrow();
    for (let minute = 0; minute < 3; minute += 1) {
      clock.advance(60_000);
      session.wake();
      await expect(session.ensure()).rejects.toMatchObject({ code: 'refused' });
    }
    expect(connects()).toBe(1);
    await expect(session.tryNow()).rejects.toThrow();
    expect(connects()).toBe(2);
    clock.advance(3 * 60_000);
    await expect(session.ensure()).rejects.toThrow();
    expect(connects()).toBe(2);
    clock.advance(61_000);
    await expect.poll(connects).toBe(3);
  });

  it('a connection that is lost with such words is not made again before', async () => {
    const { clock, session, connects, accept } = refusing('timeout', 'retry');
    accept();
    await session.ensure();
    session.lost(
      new AppError({
        code: 'refused',
        scope: 'account',
        next: 'retry',
        detail: 'slow down',
        server: { text: 'Request is throttled. Suggested Backoff Time: 120000 milliseconds' },
      }),
    );
    clock.advance(119_000);
    expect(connects()).toBe(1);
    clock.advance(2_000);
    await expect.poll(connects).toBe(2);
  });

  it('waking up does not try a refused password again', async () => {
    const { clock, session, connects } = refusing('auth-failed', 'ask-password');
    await expect(session.ensure()).rejects.toThrow();
    for (let i = 0; i < 3; i += 1) {
      session.wake();
      clock.advance(60_000);
    }
    expect(connects()).toBe(1);
  });

  it('never connects while off the network', async () => {
    const { session, connects, accept } = refusing('timeout', 'retry');
    accept();
    session.setOnline(false);
    await expect(session.ensure()).rejects.toMatchObject({ code: 'offline' });
    expect(connects()).toBe(0);
    session.setOnline(true);
    await expect.poll(() => session.signal() !== null).toBe(true);
  });
});
