/**
 * What buyers were told, counted.
 *
 * @module
 */
import type { Refusal } from '../book.ts';

/** How long answers took: the middle one, the one that 99 of 100 were faster than, and the slowest. */
export interface Times {
  readonly half: number;
  readonly most: number;
  readonly slowest: number;
}

export class Tally {
  readonly reasons: Map<Refusal, number> = new Map();
  /** Connections that broke, or could not be made. */
  broken = 0;
  /** What the office said of orders that it could not take. */
  readonly errors: Map<string, number> = new Map();
  #sold = 0;
  #seats = 0;
  #refused = 0;
  readonly #ms: number[] = [];

  get sold(): number {
    return this.#sold;
  }

  get seats(): number {
    return this.#seats;
  }

  get refused(): number {
    return this.#refused;
  }

  get failed(): number {
    return [...this.errors.values()].reduce((sum, count) => sum + count, 0);
  }

  countSold(seats: number): void {
    this.#sold++;
    this.#seats += seats;
  }

  countRefused(reason: Refusal): void {
    this.#refused++;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  countError(message: string): void {
    this.errors.set(message, (this.errors.get(message) ?? 0) + 1);
  }

  took(ms: number): void {
    this.#ms.push(ms);
  }

  /** Milliseconds from an order to its answer; undefined when there was none. */
  times(): Times | undefined {
    const sorted = Float64Array.from(this.#ms).sort();
    if (sorted.length === 0) return undefined;
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    return { half: at(0.5), most: at(0.99), slowest: at(1) };
  }
}
