/**
 * Jobs by rank: the smallest rank first, and of equal ranks the smaller tie.
 *
 * A binary heap. A job that is not wanted any more is marked and left where it is, until it would come first or until
 * more than half of the heap is marked; the map that finds it exists only from the first removal until the heap is
 * empty.
 *
 * @module
 */
import type { Job } from '../policy.ts';
import { mayRunOn } from './line.ts';

/** A job in the heap. */
export interface Ranked<J extends Job> {
  readonly job: J;
  readonly rank: number;
  readonly tie: number;
}

interface Entry<J extends Job> extends Ranked<J> {
  isGone: boolean;
}

export class Heap<J extends Job> {
  #entries: Entry<J>[] = [];
  #gone = 0;
  /** Jobs that may not run everywhere: as long as there are none, the first one will do. */
  #bound = 0;
  #places: Map<J, Entry<J>> | undefined;

  get size(): number {
    return this.#entries.length - this.#gone;
  }

  push(job: J, rank: number, tie: number): void {
    const entry = { job, rank, tie, isGone: false };
    this.#entries.push(entry);
    this.#up(this.#entries.length - 1);
    if (job.cpus !== undefined) this.#bound++;
    this.#places?.set(job, entry);
  }

  /** The first job, or the first that may run on this CPU. */
  first(cpu?: number): Ranked<J> | undefined {
    if (this.#bound === 0) return this.#entries[0];
    let best: Entry<J> | undefined;
    for (const entry of this.#entries)
      if (!entry.isGone && mayRunOn(entry.job, cpu) && (best === undefined || isBefore(entry, best)))
        best = entry;
    return best;
  }

  /** Takes out the first job, or the first that may run on this CPU. */
  pop(cpu?: number): Ranked<J> | undefined {
    const first = this.first(cpu) as Entry<J> | undefined;
    if (first) this.#drop(first);
    return first;
  }

  /** False if it was not in. */
  remove(job: J): boolean {
    this.#places ??= new Map(this.#entries.flatMap((entry) => (entry.isGone ? [] : [[entry.job, entry]])));
    const entry = this.#places.get(job);
    if (!entry) return false;
    this.#drop(entry);
    return true;
  }

  #drop(entry: Entry<J>): void {
    entry.isGone = true;
    this.#gone++;
    if (entry.job.cpus !== undefined) this.#bound--;
    this.#places?.delete(entry.job);
    // Nothing but jobs stands at the top, so that the first one is found at once.
    while (this.#entries[0]?.isGone) {
      const last = this.#entries.pop() as Entry<J>;
      this.#gone--;
      if (this.#entries.length === 0) break;
      this.#entries[0] = last;
      this.#down(0);
    }
    if (this.#entries.length === 0) this.#places = undefined;
    else if (this.#gone * 2 > this.#entries.length) this.#sweep();
  }

  #sweep(): void {
    this.#entries = this.#entries.filter(({ isGone }) => !isGone);
    this.#gone = 0;
    for (let index = (this.#entries.length >> 1) - 1; index >= 0; index--) this.#down(index);
  }

  #up(from: number): void {
    const entries = this.#entries;
    const entry = entries[from] as Entry<J>;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, entries[parent] as Entry<J>)) break;
      entries[index] = entries[parent] as Entry<J>;
      index = parent;
    }
    entries[index] = entry;
  }

  #down(from: number): void {
    const entries = this.#entries;
    const entry = entries[from] as Entry<J>;
    let index = from;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && isBefore(entries[child + 1] as Entry<J>, entries[child] as Entry<J>))
        child++;
      if (!isBefore(entries[child] as Entry<J>, entry)) break;
      entries[index] = entries[child] as Entry<J>;
      index = child;
    }
    entries[index] = entry;
  }
}

function isBefore<J extends Job>(a: Entry<J>, b: Entry<J>): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.tie < b.tie);
}
