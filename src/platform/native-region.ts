/**
 * Keeps a thread from being ended at the few places where its end would take the whole process with it.
 *
 * `worker.terminate()` takes effect at any moment. While it does, Node-API refuses to make objects; koffi answers that
 * by throwing, which is refused as well, and Node.js ends the process: "FATAL ERROR: Error::ThrowAsJavaScriptException"
 * (Node.js 20 and 24, koffi 3.3). Calls that take and give numbers make no object; loading the library, views, pointers
 * and arrays that are filled do. Those run inside of {@link insideNative}, and whoever ends a thread waits until the
 * thread is outside: a few microseconds. A thread is born inside: until it has loaded our own modules, what Node.js has
 * opened for that would stay open for good.
 *
 *     word 0  INSIDE  1: the thread is at such a place
 *     word 1  WANTED  1: somebody is about to end it; it must not go inside any more
 *
 * Each side writes its own word and then reads the other's, so at least one of them sees the other (Dekker). A thread
 * that is wanted sleeps where it can be ended. Workers that were not started by duodao have no brake: they are on
 * their own.
 *
 * An end cuts short what runs, and no more: Node.js goes on to clean up after objects that were collected, one
 * FinalizationRegistry after the other, while native code can make no objects any more. So a thread asks whether it
 * can, by a script that Node.js runs only as long as it calls JavaScript itself.
 *
 * @module
 */
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { DuodaoError } from '../base/index.ts';

/** Made while a thread is born. A process ends without any of this. */
const probe: Script | undefined = isMainThread ? undefined : new Script('true');

const INSIDE = 0;
const WANTED = 1;
const PAUSE_MS = 1;
/**
 * How long a thread that is wanted sleeps before it goes on. It may stand in a guard, and exit hooks of its process may
 * want that: they must not wait for ever for one who waits for their end.
 */
const SLEEP_MS = 1000;
/** A thread that has not come to our code by then never may. */
const BIRTH_LIMIT_MS = 5000;

/** What a thread and whoever starts it share. */
export type Brake = Int32Array;

let own: Brake | undefined;
let depth = 0;

/** Makes what a thread is given by whoever starts it, and is born with. */
export function makeBrake(): Brake {
  const brake = new Int32Array(new SharedArrayBuffer(8));
  brake[INSIDE] = 1;
  return brake;
}

/** Says in a thread what it was given, and that it is born. */
export function useBrake(brake: Brake | undefined): void {
  own = brake;
  if (brake) Atomics.store(brake, INSIDE, 0);
}

/** Calls native code that makes objects. @throws DuodaoError `closed` in a thread that is being taken down. */
export function insideNative<T>(call: () => T): T {
  if (!own) {
    checkAlive();
    return call();
  }
  enter(own);
  try {
    checkAlive();
    return call();
  } finally {
    leave(own);
  }
}

/** Whether this thread has not been ended yet. */
function isAlive(): boolean {
  return probe === undefined || probe.runInThisContext() === true;
}

/** Refuses what native code could not do any more. */
function checkAlive(): void {
  if (!isAlive()) throw new DuodaoError('closed', 'Cannot make native objects as this thread has been ended');
}

function enter(brake: Brake): void {
  if (depth++ > 0) return;
  Atomics.store(brake, INSIDE, 1);
  // SYNC with tryHold()
  if (Atomics.load(brake, WANTED) === 0) return;
  Atomics.store(brake, INSIDE, 0);
  // The end is on its way, or has come: then nothing would end the sleep, nor is there any need for it.
  if (isAlive()) Atomics.wait(brake, WANTED, 1, SLEEP_MS);
  Atomics.store(brake, INSIDE, 1);
}

function leave(brake: Brake): void {
  if (--depth === 0) Atomics.store(brake, INSIDE, 0);
}

/** Keeps the thread from going inside. True if it is outside, and so can be ended. */
export function tryHold(brake: Brake): boolean {
  Atomics.store(brake, WANTED, 1);
  return Atomics.load(brake, INSIDE) === 0;
}

/** Waits until the thread can be ended or has ended, without blocking this one. */
export async function hold(brake: Brake, hasEnded: () => boolean = () => false): Promise<void> {
  const limit = performance.now() + BIRTH_LIMIT_MS;
  while (!tryHold(brake) && !hasEnded() && performance.now() < limit)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** The same where nothing can be awaited any more. It gives up after some time, as the thread may be stopped. */
export function holdSync(brake: Brake, limitMs: number): void {
  for (let waited = 0; !tryHold(brake) && waited < limitMs; waited++)
    Atomics.wait(brake, WANTED, 1, PAUSE_MS);
}
