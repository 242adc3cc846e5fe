/**
 * What programs say of resources, as numbers in the order of the banker's table, and back.
 *
 * @module
 */
import { checkName } from '../memory/index.ts';
import { type BankerTable, RESOURCES_MAX } from './banker-table.ts';

/** So much of some of the resources; what is not named is 0. */
export type Amounts<R extends string = string> = { readonly [K in R]?: number };
/** So much of each resource. */
export type Counts<R extends string = string> = { readonly [K in R]: number };

const AMOUNT_MAX = 2 ** 31 - 1;

/** A text as it is kept in shared memory. */
export function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Refuses what cannot be the resources of a banker. */
export function checkResources(resources: unknown): asserts resources is Counts {
  checkObject('make a banker as its resources', resources);
  const entries = Object.entries(resources);
  if (entries.length < 1 || entries.length > RESOURCES_MAX) {
    throw new RangeError(
      `Cannot make a banker as it must have 1 to ${RESOURCES_MAX} resources: current value is ${entries.length}`,
    );
  }
  for (const [name, total] of entries) {
    checkName('resource', name);
    checkAmount('make a banker', name, total);
  }
}

function checkObject(what: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`Cannot ${what} must be an object of numbers: current value is ${String(value)}`);
  }
}

function checkAmount(what: string, name: string, amount: unknown): asserts amount is number {
  if (typeof amount !== 'number') {
    throw new TypeError(`Cannot ${what} as ${name} must be a number: current value is ${String(amount)}`);
  }
  if (!(Number.isInteger(amount) && amount >= 0 && amount <= AMOUNT_MAX)) {
    throw new RangeError(
      `Cannot ${what} as ${name} must be a whole number from 0 to ${AMOUNT_MAX}: current value is ${amount}`,
    );
  }
}

/** The resources of a banker. */
export class Resources<R extends string> {
  readonly names: readonly R[];
  readonly totals: Counts<R>;
  readonly #columns: ReadonlyMap<string, number>;

  constructor(table: BankerTable) {
    const names = Array.from({ length: table.resources }, (_, column) => decoded(table.resourceName(column)));
    this.names = names as R[];
    this.#columns = new Map(names.map((name, column) => [name, column]));
    this.totals = Object.freeze(this.counts((column) => table.total(column)));
  }

  /** So much of each. */
  counts(amountAt: (column: number) => number): Counts<R> {
    return Object.fromEntries(this.names.map((name, column) => [name, amountAt(column)])) as Counts<R>;
  }

  /**
   * Checks amounts and gives them in the order of the table.
   *
   * @param limitAt - The most that may be said of each resource, and why.
   */
  amounts(what: string, amounts: unknown, limitAt: (column: number) => number, limit: string): Int32Array {
    checkObject(`${what} as the amounts`, amounts);
    const row = new Int32Array(this.names.length);
    for (const [name, amount] of Object.entries(amounts)) {
      const column = this.#columns.get(name);
      if (column === undefined) {
        throw new RangeError(
          `Cannot ${what} as there is no resource ${JSON.stringify(name)}: there are ${this.names.join(', ')}`,
        );
      }
      checkAmount(what, name, amount);
      const most = limitAt(column);
      if (amount > most) {
        throw new RangeError(`Cannot ${what} as ${limit} ${most} of ${name}: current value is ${amount}`);
      }
      row[column] = amount;
    }
    return row;
  }

  /** Whether these are the totals. */
  are(totals: Counts): boolean {
    const entries = Object.entries(totals);
    return (
      entries.length === this.names.length &&
      entries.every(([name, total]) => {
        const column = this.#columns.get(name);
        return column !== undefined && (this.totals as Counts)[name] === total;
      })
    );
  }
}
