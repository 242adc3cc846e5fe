/**
 * The functions that a pool has been given: their numbers on its lines, and how long they usually take.
 *
 * @module
 */
import type { AnyFunction } from '../process/index.ts';

/** How much the last run counts in what is believed of the next one. */
const WEIGHT = 0.2;

/** A function as a pool knows it. */
export class PoolFunction {
  readonly id: number;
  readonly fn: AnyFunction;
  readonly name: string;
  /** What it is believed to take, in ms; undefined before the first run has ended. */
  expectedMs: number | undefined;

  constructor(id: number, fn: AnyFunction) {
    this.id = id;
    this.fn = fn;
    this.name = fn.name || 'anonymous';
  }

  /** Learns from a run: the mean of the last ones, each of which counts less than the next (EWMA). */
  learn(tookMs: number): void {
    const before = this.expectedMs;
    this.expectedMs = before === undefined ? tookMs : before + WEIGHT * (tookMs - before);
  }
}

export class FunctionBook {
  readonly #known: Map<AnyFunction, PoolFunction> = new Map();

  /** @throws TypeError for what is no function. */
  find(fn: AnyFunction): PoolFunction {
    const known = this.#known.get(fn);
    if (known) return known;
    if (typeof fn !== 'function')
      throw new TypeError(
        `Cannot run a task as it must be a function: it is ${fn === null ? 'null' : typeof fn}`,
      );
    const made = new PoolFunction(this.#known.size, fn);
    this.#known.set(fn, made);
    return made;
  }
}
