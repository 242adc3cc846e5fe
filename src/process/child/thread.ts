/**
 * What a thread begins with, in a worker of its own.
 *
 * It takes its slot in the arena that its process has; it reads what it is to do; it loads the module of its target; it
 * calls the target; it delivers what comes back. Then it ends as any worker does, when nothing keeps it alive.
 *
 * @module
 */
import { assert } from '../../base/index.ts';
import { useBrake } from '../../platform/index.ts';
import '../address/functions.ts';
import { runTarget } from '../start/boot-guard.ts';
import { assumeIdentity } from '../family.ts';
import { markChild } from '../start/main-guard.ts';
import type { ThreadOrders } from '../start/orders.ts';
import { ProcessRecord } from '../record/record.ts';
import { Thread } from '../thread/thread.ts';
import { currentThread, introduceThread } from '../thread/thread-family.ts';
import { ownThreadPlace, type ThreadPlace } from '../thread/thread-launch.ts';
import { complain, deliver } from './answer.ts';
import { readWork } from './work.ts';

async function begin(place: ThreadPlace): Promise<void> {
  useBrake(place.brake);
  markChild();
  const record = ProcessRecord.open(place.offset, place.serial);
  try {
    const fn = await readWork<ThreadOrders>(record, Thread, (told) => {
      assumeIdentity(told.process);
      introduceThread(told.name, told.daemon);
    });
    record.setStage('running');
    deliver(record, currentThread().name, 'value', await runTarget(fn));
  } catch (error) {
    process.exitCode = 1;
    deliver(record, currentThread().name, 'error', error);
    complain(currentThread().name, error);
  }
}

const place = ownThreadPlace();
assert(place, 'only a thread of ours begins here');
begin(place).catch((error: unknown) => {
  // Whoever started this worker is told, as of any error that nobody caught in it.
  setImmediate(() => {
    throw error;
  });
});
