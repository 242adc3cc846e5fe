/**
 * Jobs in a line: first in, first out, and out of the middle when one is not wanted any more.
 *
 * A ring that grows. What is taken out of the middle leaves a hole, which is skipped when the front comes to it.
 * Where a job stands is looked up in a map that exists only from the first removal until the line is empty: whoever
 * never removes (a simulation, a pool without cancelling) does not pay for it.
 *
 * Positions count on for ever; the slot is the position modulo the capacity, a power of two.
 *
 * @module
 */
import type { Job } from '../policy.ts';

const CAPACITY_LEAST = 16;

/** Whether a job may run on a CPU. */
export function mayRunOn(job: Job, cpu: number | undefined): boolean {
  return job.cpus === undefined || cpu === undefined || job.cpus.has(cpu);
}

export class Line<J extends Job> {
  #slots: (J | undefined)[] = new Array<J | undefined>(CAPACITY_LEAST).fill(undefined);
  #front = 0;
  #back = 0;
  #size = 0;
  /** Jobs in line that may not run everywhere: as long as there are none, the first one will do. */
  #bound = 0;
  #places: Map<J, number> | undefined;

  get size(): number {
    return this.#size;
  }

  push(job: J): void {
    if (this.#back - this.#front === this.#slots.length) this.#remake();
    this.#put(job, this.#back++);
  }

  /** Puts a job before all others. */
  unshift(job: J): void {
    if (this.#back - this.#front === this.#slots.length) this.#remake();
    this.#put(job, --this.#front);
  }

  /** The first job, or the first that may run on this CPU. */
  first(cpu?: number): J | undefined {
    if (this.#size === 0) return undefined;
    return this.#bound === 0
      ? this.#slots[this.#slot(this.#front)]
      : this.#slots[this.#slot(this.#find(cpu))];
  }

  /** Takes out the first job, or the first that may run on this CPU. */
  shift(cpu?: number): J | undefined {
    if (this.#size === 0) return undefined;
    const place = this.#bound === 0 ? this.#front : this.#find(cpu);
    const job = this.#slots[this.#slot(place)];
    if (job !== undefined) this.#take(job, place);
    return job;
  }

  /** False if it was not in. */
  remove(job: J): boolean {
    const place = this.#placesOf().get(job);
    if (place === undefined) return false;
    this.#take(job, place);
    return true;
  }

  #slot(place: number): number {
    return place & (this.#slots.length - 1);
  }

  #put(job: J, place: number): void {
    this.#slots[this.#slot(place)] = job;
    this.#size++;
    if (job.cpus !== undefined) this.#bound++;
    this.#places?.set(job, place);
  }

  #take(job: J, place: number): void {
    this.#slots[this.#slot(place)] = undefined;
    this.#size--;
    if (job.cpus !== undefined) this.#bound--;
    this.#places?.delete(job);
    if (this.#size === 0) this.#empty();
    // Nothing but jobs stands at the front, so that the first one is found at once.
    else while (this.#slots[this.#slot(this.#front)] === undefined) this.#front++;
  }

  /** The place of the first that may run on a CPU; that of the slot behind the last one if there is none. */
  #find(cpu: number | undefined): number {
    for (let place = this.#front; place < this.#back; place++) {
      const job = this.#slots[this.#slot(place)];
      if (job !== undefined && mayRunOn(job, cpu)) return place;
    }
    // A full ring has no such slot.
    if (this.#back - this.#front === this.#slots.length) this.#remake();
    return this.#back;
  }

  #empty(): void {
    this.#front = 0;
    this.#back = 0;
    this.#places = undefined;
    if (this.#slots.length > CAPACITY_LEAST * 64)
      this.#slots = new Array<J | undefined>(CAPACITY_LEAST).fill(undefined);
  }

  /** Makes room: closes the holes, and doubles the ring unless they were half of it. */
  #remake(): void {
    const jobs: J[] = [];
    for (let place = this.#front; place < this.#back; place++) {
      const job = this.#slots[this.#slot(place)];
      if (job !== undefined) jobs.push(job);
    }
    const capacity = jobs.length * 2 > this.#slots.length ? this.#slots.length * 2 : this.#slots.length;
    this.#slots = new Array<J | undefined>(capacity).fill(undefined);
    for (const [place, job] of jobs.entries()) this.#slots[place] = job;
    this.#front = 0;
    this.#back = jobs.length;
    this.#places = undefined;
  }

  #placesOf(): Map<J, number> {
    if (this.#places) return this.#places;
    this.#places = new Map();
    for (let place = this.#front; place < this.#back; place++) {
      const job = this.#slots[this.#slot(place)];
      if (job !== undefined) this.#places.set(job, place);
    }
    return this.#places;
  }
}
