/**
 * Starts an exported function as a participant of its own, a process or a worker thread, so that one test can hold
 * both to the same promises.
 *
 * A thread is given its function and arguments in a parcel, as a process is: shared objects cross as themselves.
 *
 * @module
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type AnyFunction, Process } from '../../src/index.ts';
import { makeParcel, parcelReference } from '../../src/ipc/index.ts';
import { hold, makeBrake } from '../../src/platform/index.ts';

export type ParticipantKind = 'process' | 'thread';
export const KINDS: readonly ParticipantKind[] = ['process', 'thread'];

/** Ends a wait that will never succeed, so that a test fails instead of hanging. No test is about how long it is. */
export const HANG_GUARD: { readonly timeoutMs: number } = { timeoutMs: 20_000 };

export interface Started<R> {
  /** What the function returns; rejects with what it throws. A process is waited for no longer than this. */
  result(hangGuard?: { readonly timeoutMs: number }): Promise<R>;
  /** Ends it at once, wherever it is, and resolves when it is gone. */
  kill(): Promise<void>;
}

export async function start<F extends AnyFunction>(
  kind: ParticipantKind,
  target: F,
  args: Readonly<Parameters<F>>,
): Promise<Started<Awaited<ReturnType<F>>>> {
  return kind === 'process' ? startProcess(target, args) : startThread(target, args);
}

async function startProcess<F extends AnyFunction>(
  target: F,
  args: Readonly<Parameters<F>>,
): Promise<Started<Awaited<ReturnType<F>>>> {
  const child = await new Process({ target, args }).start();
  return {
    result: async (hangGuard = HANG_GUARD): Promise<Awaited<ReturnType<F>>> => {
      const value: unknown = await child.result(hangGuard);
      await child.join(HANG_GUARD);
      return value as Awaited<ReturnType<F>>;
    },
    async kill() {
      child.kill();
      await child.join(HANG_GUARD);
    },
  };
}

async function startThread<F extends AnyFunction>(
  target: F,
  args: Readonly<Parameters<F>>,
): Promise<Started<Awaited<ReturnType<F>>>> {
  const parcel = makeParcel([target, ...args], 'args');
  const brake = makeBrake();
  const workerData = { parcel: parcelReference(parcel), brake };
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData });
  let hasEnded = false;
  worker.once('exit', () => {
    hasEnded = true;
  });
  const exit = once(worker, 'exit');
  const begun = once(worker, 'message'); // the first one says that it has its arguments
  const answer = new Promise<{ value?: never; error?: unknown }>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended without an answer')));
    worker.on('message', (message: object) => {
      if (!('begun' in message)) resolve(message);
    });
  });
  answer.catch(() => undefined); // whoever wants it asks result()
  begun.catch(() => undefined); // as the answer
  await Promise.race([begun, answer]);
  void parcel.serial; // kept until here, as nobody else has what is in it
  return {
    async result() {
      const { value, error } = await answer;
      await exit;
      if (error !== undefined) throw error;
      return value as never;
    },
    async kill() {
      // Ended where native code makes an object, it would take this process with it: see native-region.ts.
      await hold(brake, () => hasEnded);
      await worker.terminate();
      await exit;
    },
  };
}
