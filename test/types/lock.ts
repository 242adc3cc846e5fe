/** What users' code must and must not compile to when it uses locks. How type tests work: base.ts. */
import { type Held, Lock, type Participant } from '../../src/index.ts';
import { same } from './same.ts';

const lock = new Lock();
new Lock({ name: 'seats' });
// @ts-expect-error: there is no such option
new Lock({ capacity: 1 });
// @ts-expect-error: a name is a text
new Lock({ name: 5 });

same<ReturnType<typeof Lock.named>, Lock>(true);
// @ts-expect-error: it is found by a name
Lock.named();

same<Awaited<ReturnType<Lock['acquire']>>, Held>(true);
same<ReturnType<Lock['acquireSync']>, Held>(true);
same<ReturnType<Lock['tryAcquire']>, Held | undefined>(true);
same<Lock['holder'], Participant | undefined>(true);
same<Lock['isLocked'], boolean>(true);

export async function waits(signal: AbortSignal): Promise<void> {
  await lock.acquire({ timeoutMs: 5, signal });
  lock.acquireSync({ timeoutMs: 5 });
  // @ts-expect-error: a thread that blocks cannot see a signal
  lock.acquireSync({ signal });
  // @ts-expect-error: who only tries does not wait
  lock.tryAcquire({ timeoutMs: 5 });
  // @ts-expect-error: the time is a number
  await lock.acquire({ timeoutMs: '5' });

  const number = await lock.use(() => 5);
  same<typeof number, number>(true);
  const text = await lock.use(async (held) => {
    same<typeof held, Held>(true);
    return 'text';
  });
  same<typeof text, string>(true);
  await lock.use(() => undefined, { timeoutMs: 5, signal });
}

// @ts-expect-error: it may not have been free
lock.tryAcquire().release();
lock.tryAcquire()?.release();

export function owns(held: Held): boolean {
  held.release();
  held[Symbol.dispose]();
  // @ts-expect-error: it says what was found
  held.ownerDied = true;
  return held.ownerDied;
}

// @ts-expect-error: only what was taken can be released
lock.release();
// @ts-expect-error: who holds it is not for us to say
lock.holder = undefined;
