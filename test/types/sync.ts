/** What users' code must and must not compile to when it uses semaphores, events, barriers and more: see base.ts. */
import {
  Barrier,
  type BarrierCause,
  BoundedSemaphore,
  Event,
  Permit,
  ready,
  Semaphore,
  type SemaphoreStats,
} from '../../src/index.ts';
import { Once, ReadWriteHeld, ReadWriteLock } from '../../src/sync/public.ts';
import { same } from './same.ts';

const semaphore = new Semaphore();
new Semaphore(2, { name: 'gate' });
// @ts-expect-error: a count is a number
new Semaphore('2');
// @ts-expect-error: there is no such option
new Semaphore(2, { capacity: 2 });
// @ts-expect-error: the name is given apart
Semaphore.named('gate', { name: 'gate' });
same<ReturnType<typeof Semaphore.named>, Semaphore>(true);
same<Awaited<ReturnType<Semaphore['acquire']>>, Permit>(true);
same<ReturnType<Semaphore['tryAcquire']>, Permit | undefined>(true);
same<ReturnType<Semaphore['stats']>, SemaphoreStats>(true);
same<Semaphore['value'], number>(true);

const bounded = new BoundedSemaphore(3);
same<BoundedSemaphore['capacity'], number>(true);
// @ts-expect-error: how many there are is for the maker to say
bounded.capacity = 4;

export async function permits(signal: AbortSignal): Promise<void> {
  for (const one of [semaphore, bounded]) {
    await one.acquire({ timeoutMs: 5, signal });
    // @ts-expect-error: a thread that blocks cannot see a signal
    one.acquireSync({ signal });
    // @ts-expect-error: there may be none
    one.tryAcquire().release();
    one.release();
    one.release(2);
    const text = await one.use(async (permit) => {
      same<typeof permit, Permit>(true);
      return 'text';
    });
    same<typeof text, string>(true);
  }
}

const event = new Event({ name: 'begun' });
same<ReturnType<Event['wait']>, Promise<void>>(true);
same<ReturnType<Event['waitSync']>, void>(true);
// @ts-expect-error: set() says so
event.isSet = true;
export const firstReady: Promise<Event[]> = ready([event]);

const barrier = new Barrier(3, { action: () => undefined, timeoutMs: 5, name: 'step' });
new Barrier(3, { action: async () => undefined });
// @ts-expect-error: it must know of how many
new Barrier();
// @ts-expect-error: the action is given nothing
new Barrier(3, { action: (index: number) => index });
same<ReturnType<Barrier['wait']>, Promise<number>>(true);
same<ReturnType<Barrier['waitSync']>, number>(true);
same<Extract<BarrierCause, 'died' | 'reset'>, 'died' | 'reset'>(true);
// @ts-expect-error: it breaks by itself, or by abort()
barrier.isBroken = true;
Barrier.named('step', 3, { timeoutMs: 5 });
// @ts-expect-error: its parties are part of what it is
Barrier.named('step');

export async function shared(lock: ReadWriteLock, once: Once): Promise<void> {
  same<Awaited<ReturnType<ReadWriteLock['acquireRead']>>, ReadWriteHeld>(true);
  new ReadWriteLock({ prefer: 'readers' });
  // @ts-expect-error: one of the two
  new ReadWriteLock({ prefer: 'nobody' });
  const read = await lock.useRead(({ isWriting }) => isWriting);
  same<typeof read, boolean>(true);
  // @ts-expect-error: who only tries does not wait
  lock.tryAcquireWrite({ timeoutMs: 5 });
  same<ReturnType<Once['run']>, Promise<boolean>>(true);
  await once.run(async () => 5);
  // @ts-expect-error: there is nothing to run
  await once.run();
}
