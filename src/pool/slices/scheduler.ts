/**
 * The scheduler: a thread of its own, so that no worker stands still because its parent is busy.
 *
 * It sleeps while there is no task, and looks once in a while when there are.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { Queue } from '../../ipc/index.ts';
import { type Policy, policyFromSpec, type PolicySpec } from '../../schedule/index.ts';
import type { News, Slice } from './news.ts';
import { Sharing } from './sharing.ts';

/** Between two looks. A quantum may last so much longer. */
const LOOK_MS = 2;

export interface SchedulerOrders {
  readonly news: Queue<News>;
  readonly cpus: number;
  /** A policy of ours, or an exported function that makes one. */
  readonly spec: PolicySpec | undefined;
  readonly factory: (() => Policy) | undefined;
  /** Where the slices go, if anybody wants them. */
  readonly slices: Queue<Slice> | undefined;
}

/** The target of the thread. It ends when it is told to. */
export function schedule({ news, cpus, spec, factory, slices }: SchedulerOrders): void {
  const policy = spec ? policyFromSpec(spec) : (factory as () => Policy)();
  // Nobody waits for a slice to be noted: who does not read them loses the latest.
  const sharing = new Sharing(policy, cpus, slices && ((slice) => void slices.tryPut(slice)));
  for (;;) {
    const first = sharing.isBusy ? soon(news) : news.getSync();
    for (let one = first; one; one = news.tryGet()?.item) {
      sharing.hear(one);
      if (one.what === 'end') return;
    }
    sharing.step();
  }
}

/** News, if there are any within the time between two looks. */
function soon(news: Queue<News>): News | undefined {
  try {
    return news.getSync({ timeoutMs: LOOK_MS });
  } catch (error) {
    if (error instanceof DuodaoError && error.code === 'timed-out') return undefined;
    throw error;
  }
}
