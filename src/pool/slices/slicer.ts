/**
 * The pool's side of time sharing: starts the scheduler thread, and tells it what it must know.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { type Line, Queue } from '../../ipc/index.ts';
import { Thread } from '../../process/index.ts';
import { monotonicMs } from '../clock.ts';
import type { Entry } from '../entry.ts';
import type { Settings } from '../options.ts';
import type { News, Slice } from './news.ts';
import { schedule } from './scheduler.ts';

/** News that the scheduler has not read yet, at most: it reads them every few milliseconds. */
const NEWS_LIMIT = 4096;
const NEWS_BYTES = 1024 * 1024;
const SLICES_LIMIT = 65_536;
const SLICES_BYTES = 8 * 1024 * 1024;

export class Slicer {
  readonly #news: Queue<News>;
  readonly #slices: Queue<Slice> | undefined;
  readonly #thread: Thread<typeof schedule>;
  #isOver = false;

  constructor(settings: Settings, onFailure: (error: DuodaoError) => void) {
    const { name, max: cpus, policy, policyFactory, trace } = settings;
    this.#news = new Queue<News>({ capacity: NEWS_LIMIT, bytes: NEWS_BYTES, name: `${name}-news` });
    this.#slices = trace
      ? new Queue<Slice>({ capacity: SLICES_LIMIT, bytes: SLICES_BYTES, name: `${name}-slices` })
      : undefined;
    const orders = {
      news: this.#news,
      cpus,
      spec: policy.spec,
      factory: policyFactory,
      slices: this.#slices,
    };
    this.#thread = new Thread({ target: schedule, args: [orders], name: `${name}-scheduler`, daemon: true });
    const fail = (reason: unknown): void => {
      if (!this.#isOver) onFailure(schedulerFailed(settings, reason));
    };
    this.#thread
      .start()
      .then(() => this.#thread.result())
      .catch(fail);
  }

  seat(seat: number, pid: number, line: Line): void {
    this.#tell({ what: 'seat', seat, pid, line });
  }

  /** A worker has been given a task. @param count - Requests that it was sent so far. */
  given(seat: number, { id, name, arrival, priority, expected }: Entry, count: number): void {
    const task = {
      id,
      name,
      arrival: arrival + (monotonicMs() - performance.now()),
      priority,
      expected,
      count,
    };
    this.#tell({ what: 'task', seat, task });
  }

  back(seat: number): void {
    this.#tell({ what: 'back', seat });
  }

  gone(seat: number): void {
    this.#tell({ what: 'gone', seat });
  }

  /** What ran when, since this was asked for last. */
  slices(): Slice[] {
    const found: Slice[] = [];
    for (let one = this.#slices?.tryGet(); one; one = this.#slices?.tryGet()) found.push(one.item);
    return found;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tell({ what: 'end' });
  }

  #tell(news: News): void {
    if (!this.#news.tryPut(news)) this.#news.putSync(news, { timeoutMs: 1000 });
  }
}

function schedulerFailed({ name }: Settings, reason: unknown): DuodaoError {
  const text = reason instanceof Error ? reason.message : String(reason);
  return new DuodaoError(
    'broken',
    `Cannot go on with the pool ${name} as its scheduler failed: ${text}`,
    { pool: name },
    { cause: reason },
  );
}
