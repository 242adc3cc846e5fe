/**
 * The banker that programs see. How it decides: banker-safety.ts; how it works in memory: banker-table.ts.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  type Participant,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { type Amounts, checkResources, type Counts, decoded, encoded, Resources } from './banker-amounts.ts';
import { Claim } from './banker-claim.ts';
import { Ledger } from './banker-safety.ts';
import { BankerSteps, reapBanker, repairBanker } from './banker-steps.ts';
import { BANKER_BODY_BYTES, BANKER_DATA_BYTES, BankerTable, CLAIMS_MAX } from './banker-table.ts';

const KIND: Kind = {
  id: 17,
  name: 'banker',
  open: (object) => openBanker(object),
  repair: repairBanker,
  reap: reapBanker,
};
registerKind(KIND);

/** How a banker is made. */
export interface BankerOptions<R extends string = string> {
  /** What there is of each resource, in whole numbers. At most 16 resources, with names of at most 63 bytes. */
  readonly resources: Counts<R>;
  /**
   * True, if left out: each claim says how much it will hold at most, and is granted only what leaves a safe state.
   * False: claims say nothing, are granted whatever is available, and may get into a deadlock, which `detect()` finds.
   */
  readonly avoid?: boolean;
  /** A label for people; it does not have to be unique. See `Banker.named` for finding a banker by name. */
  readonly name?: string;
}

/** How a claim is made. */
export interface ClaimOptions {
  /** For people; it does not have to be unique. */
  readonly name?: string;
}

/** A claim as it was at the moment of looking. */
export interface ClaimState<R extends string = string> {
  readonly id: number;
  readonly name: string;
  /** Who made it; undefined if it has ended since. */
  readonly owner: Participant | undefined;
  readonly max: Counts<R>;
  readonly held: Counts<R>;
  /** What it asks for and has not been granted; undefined if it waits for nothing. */
  readonly waitsFor: Counts<R> | undefined;
}

/** What a banker has done so far. */
export interface BankerStats {
  /** Claims that there are. */
  readonly claims: number;
  /** How many of them wait. */
  readonly waiting: number;
  /** Requests that were granted so far. Each death may cost one in this number and the next. */
  readonly grants: number;
  /** Requests that had to wait so far. */
  readonly waits: number;
}

/** What the next constructor opens instead of making a banker of its own. */
let opening: SharedObject | undefined;
const OPENED: BankerOptions = { resources: {} };

/**
 * Lends resources so that no deadlock can come of it.
 *
 * Each task declares how much of each resource it will hold at most, in whatever steps it asks for it. A request is
 * granted when all of it is available and the state after it is safe: even if all claims asked for all they have
 * declared, there would be an order in which each of them gets it, ends, and gives it back. Otherwise it waits.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them. A claim cannot.
 * - **Order:** none is promised: what can be granted is, so a large request may be overtaken by small ones.
 * - **Limits:** 16 resources, 64 claims at a time. A claim lasts until it is closed.
 * - **If the owner of a claim dies:** the claim ends, and all that it held is available again, within 100 ms.
 * - **Cost:** a request looks at all claims.
 *
 * @example
 * ```ts
 * const banker = new Banker({ resources: { printers: 2, seats: 10 } });
 * const claim = banker.claim({ printers: 1, seats: 4 });
 * await claim.request({ seats: 4 });
 * await claim.request({ printers: 1 }); // waits as long as somebody else might need it to end
 * claim.close();
 * ```
 *
 * @remarks Source: E. W. Dijkstra, Cooperating sequential processes, EWD 123, 1965.
 */
export class Banker<R extends string = string> {
  /** What there is of each resource. */
  readonly totals: Counts<R>;
  readonly #steps: BankerSteps;
  readonly #resources: Resources<R>;

  constructor(options: BankerOptions<R>) {
    const object = opening ?? createBanker(options);
    opening = undefined;
    this.#steps = new BankerSteps(object);
    this.#resources = new Resources(this.#steps.table);
    this.totals = this.#resources.totals;
    registerFace(this, object, KIND.id);
  }

  /**
   * The banker with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists with other resources, or avoids where this one should not.
   */
  static named<R extends string>(name: string, options: Omit<BankerOptions<R>, 'name'>): Banker<R> {
    checkName('banker', name);
    const { avoid } = checkOptions(options);
    const banker = findOrMake(KIND.id, name, () => createBanker({ ...options, name })) as Banker<R>;
    if (!banker.#resources.are(options.resources)) {
      throw new RangeError(
        `Cannot open the banker "${name}" with ${JSON.stringify(options.resources)}: ` +
          `it has ${JSON.stringify(banker.totals)}`,
      );
    }
    if (banker.avoids !== avoid) {
      throw new RangeError(`Cannot open the banker "${name}" with avoid ${avoid}: it has ${banker.avoids}`);
    }
    return banker;
  }

  /** Whether it grants only what leaves a safe state. */
  get avoids(): boolean {
    return this.#steps.table.avoids;
  }

  /**
   * Makes a claim, which holds nothing yet and is this thread's.
   *
   * @param max - The most that it will hold. Left out exactly when the banker was made with `avoid: false`.
   * @throws RangeError when that is more than there is; DuodaoError `over-limit` when there are 64 claims.
   */
  claim(max?: Amounts<R>, options: ClaimOptions = {}): Claim<R> {
    const limits = this.#limits(max);
    const { name } = options;
    if (name !== undefined) checkName('claim', name);
    const label = encoded(name ?? '');
    const steps = this.#steps;
    let place = steps.claim(limits, label);
    if (!place && steps.bury()) place = steps.claim(limits, label);
    if (!place) {
      throw new DuodaoError(
        'over-limit',
        `Cannot make a claim as there are ${CLAIMS_MAX} already: close some that are not needed`,
        { limit: CLAIMS_MAX },
      );
    }
    return new Claim(steps, this.#resources, place, name ?? nameOf(place.id));
  }

  #limits(max: Amounts<R> | undefined): Int32Array {
    const total = (column: number): number => this.#steps.table.total(column);
    if (this.avoids) return this.#resources.amounts('claim', max, total, 'there is no more than');
    if (max === undefined) return Int32Array.from(this.#resources.names, (_, column) => total(column));
    throw new TypeError(
      'Cannot declare a claim as this banker was made with avoid: false: leave the amounts out',
    );
  }

  /** Makes a claim, runs `fn` with it, and closes it when `fn` has ended, however it ended. */
  async use<T>(max: Amounts<R> | undefined, fn: (claim: Claim<R>) => T): Promise<Awaited<T>> {
    const claim = this.claim(max);
    try {
      return await fn(claim);
    } finally {
      claim.close();
    }
  }

  /** What nobody holds now. */
  get available(): Counts<R> {
    const ledger = this.#ledger(this.#steps.look());
    return this.#resources.counts((column) => ledger.available[column] as number);
  }

  /** Whether there is a safe order. Always so, unless the banker was made with `avoid: false`. */
  get isSafe(): boolean {
    return this.#ledger(this.#steps.look()).safeOrder() !== undefined;
  }

  /**
   * The claims in an order in which each can get all it has declared, end, and so make room for the next; undefined if
   * there is none. With `avoid: false`, where nothing is declared, in order to get what they wait for now.
   */
  safeSequence(): ClaimState<R>[] | undefined {
    const table = this.#steps.look();
    const rows = rowsOf(table);
    return this.#ledger(table)
      .safeOrder()
      ?.map((at) => this.#state(table, rows[at] as number));
  }

  /**
   * The claims that are in a deadlock: they hold something, and what they wait for can never be granted, unless one of
   * them gives up. Empty if there is none. Who only waits for what they hold is not among them.
   */
  detect(): ClaimState<R>[] {
    const table = this.#steps.look();
    const rows = rowsOf(table);
    const deadlocked = this.#ledger(table, 'request').deadlocked();
    return deadlocked.map((at) => this.#state(table, rows[at] as number));
  }

  /** All claims, as of the moment of this call. */
  claims(): ClaimState<R>[] {
    const table = this.#steps.look();
    return rowsOf(table).map((row) => this.#state(table, row));
  }

  /** What it has done so far. */
  stats(): BankerStats {
    const table = this.#steps.look();
    const rows = rowsOf(table);
    const waiting = rows.filter((row) => table.isWaiting(row)).length;
    return { claims: rows.length, waiting, grants: table.grants, waits: table.waits };
  }

  #ledger(table: BankerTable, need: 'rest' | 'request' = table.avoids ? 'rest' : 'request'): Ledger {
    const ledger = new Ledger(CLAIMS_MAX, table.resources);
    table.enter(ledger, need);
    return ledger;
  }

  #state(table: BankerTable, row: number): ClaimState<R> {
    const resources = this.#resources;
    const id = table.id(row);
    return {
      id,
      name: decoded(table.name(row)) || nameOf(id),
      owner: here().slots.describe(table.owner(row)),
      max: resources.counts((column) => table.max(row, column)),
      held: resources.counts((column) => table.held(row, column)),
      waitsFor: table.isWaiting(row) ? resources.counts((column) => table.requested(row, column)) : undefined,
    };
  }
}

function nameOf(id: number): string {
  return `Claim-${id}`;
}

function rowsOf(table: BankerTable): number[] {
  return Array.from({ length: CLAIMS_MAX }, (_, row) => row).filter((row) => table.owner(row) !== 0);
}

function checkOptions({ resources, avoid = true }: BankerOptions): { resources: Counts; avoid: boolean } {
  checkResources(resources);
  if (typeof avoid !== 'boolean') {
    throw new TypeError(
      `Cannot make a banker as avoid must be true or false: current value is ${String(avoid)}`,
    );
  }
  return { resources, avoid };
}

function createBanker(options: BankerOptions): SharedObject {
  const { resources, avoid } = checkOptions(options);
  const { name } = options;
  if (name !== undefined) checkName('banker', name);
  const entries = Object.entries(resources);
  const names = entries.map(([resource]) => encoded(resource));
  const totals = Int32Array.from(entries, ([, total]) => total);
  const size = { bodyBytes: BANKER_BODY_BYTES, dataBytes: BANKER_DATA_BYTES };
  return here().objects.create(KIND, size, name ?? '', (object) =>
    BankerTable.init(object, { names, totals, avoids: avoid }),
  );
}

function openBanker(object: SharedObject): Banker {
  opening = object;
  return new Banker(OPENED);
}
