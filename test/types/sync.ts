/** What users' code must and must not compile to when it uses semaphores, events, barriers and more: see base.ts. */
import {
  Barrier,
  type BarrierCause,
  BoundedSemaphore,
  Condition,
  Event,
  type Held,
  Lock,
  type LockStats,
  Permit,
  ready,
  RLock,
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

const nesting = new RLock({ name: 'nests', fair: true, strict: false, detect: true });
// @ts-expect-error: there is no such option
new RLock({ reentrant: true });
same<ReturnType<RLock['stats']>, LockStats>(true);
same<RLock['depth'], number>(true);
// @ts-expect-error: how often it is held is not for saying
nesting.depth = 3;

export async function nests(signal: AbortSignal): Promise<void> {
  const held = await nesting.acquire({ timeoutMs: 5, signal });
  same<typeof held, Held>(true);
  (await nesting.acquire({ within: held })).release();
  (await new Lock().acquire({ within: held })).release();
  nesting.acquireSync({ within: held, timeoutMs: 5 }).markConsistent();
  // @ts-expect-error: a thread that blocks cannot see a signal
  nesting.acquireSync({ signal });
  // @ts-expect-error: only what holds can be within
  await nesting.acquire({ within: {} });
  // @ts-expect-error: there may be none
  nesting.tryAcquire().release();
  const count = await nesting.use((inner) => (inner.ownerDied ? 1 : 2), { within: held });
  same<typeof count, 1 | 2>(true);
}

const condition = new Condition(nesting, { name: 'changed' });
new Condition();
new Condition(new Lock());
// @ts-expect-error: it needs a lock that can be given up
new Condition(semaphore);
same<Condition['lock'], Lock | RLock>(true);
same<ReturnType<Condition['notify']>, number>(true);

export async function conditions(held: Held, signal: AbortSignal): Promise<void> {
  same<Awaited<ReturnType<Condition['wait']>>, void>(true);
  await condition.wait();
  await condition.wait({ timeoutMs: 5, signal });
  await condition.wait(held, { timeoutMs: 5, signal });
  condition.waitSync(held, { timeoutMs: 5 });
  // @ts-expect-error: a thread that blocks cannot see a signal
  condition.waitSync(held, { signal });
  // @ts-expect-error: the Held comes first
  await condition.wait({ timeoutMs: 5 }, held);
  const found = await condition.waitFor(held, () => 'text', { signal });
  same<typeof found, string>(true);
  const later = await condition.waitFor(async () => 5);
  same<typeof later, number>(true);
  const now = condition.waitForSync(() => 5);
  same<typeof now, number>(true);
  // @ts-expect-error: a number of waits
  condition.notify('2');
}
