/**
 * The steps of a banker for one thread: each inside the guard, each either done or not.
 *
 * The safety check runs inside the guard, too, on a ledger that this thread keeps for it. It is bounded: claims times
 * claims times resources, 64 × 64 × 16 comparisons at worst, and a few hundred with a handful of claims.
 *
 * @module
 */
import { type Here, here, type SharedObject, type Tag } from '../memory/index.ts';
import { Ledger, type Verdict } from './banker-safety.ts';
import { BankerTable, CLAIMS_MAX, RESOURCES_MAX } from './banker-table.ts';

/** Where a claim is, and which one: another one may have the row by now. */
export interface Place {
  readonly row: number;
  readonly id: number;
}

/** One for all bankers of the thread, by how many resources they have: it is in one guard at a time. */
const ledgers: (Ledger | undefined)[] = new Array<Ledger | undefined>(RESOURCES_MAX + 1);

function ledgerFor(resources: number): Ledger {
  return (ledgers[resources] ??= new Ledger(CLAIMS_MAX, resources));
}

export class BankerSteps {
  readonly object: SharedObject;
  readonly table: BankerTable;
  readonly here: Here;
  readonly #ledger: Ledger;
  readonly #repair: () => void;

  constructor(object: SharedObject) {
    this.object = object;
    this.table = new BankerTable(object);
    this.here = here();
    this.#ledger = ledgerFor(this.table.resources);
    this.#repair = () => this.here.objects.repair(object);
  }

  /** Makes a claim of this thread; undefined if there are too many. */
  claim(max: Int32Array, name: Uint8Array): Place | undefined {
    const { table } = this;
    return this.#inside(() => {
      const row = table.add(this.here.tag, max, name);
      return row < 0 ? undefined : { row, id: table.id(row) };
    });
  }

  /** Whether the claim is there, and this thread's. */
  isMine({ row, id }: Place): boolean {
    return this.table.owner(row) === this.here.tag && this.table.id(row) === id;
  }

  /** Gives a claim what it asks for, if it can be given now. With `register`, it waits for it otherwise. */
  request(place: Place, amounts: Int32Array, register: boolean): Verdict | 'closed' {
    const { table } = this;
    const { row } = place;
    return this.#inside(() => {
      if (!this.isMine(place)) return 'closed';
      const verdict = this.#judge(row, amounts);
      if (verdict === 'granted') table.grant(row, amounts);
      else if (register) {
        table.wait(row, amounts);
        table.waitSet(row).add(this.here.slot);
      }
      return verdict;
    });
  }

  #judge(row: number, amounts: Int32Array): Verdict {
    const ledger = this.#ledger;
    const at = this.table.enter(ledger, 'rest', row);
    if (this.table.avoids) return ledger.judge(at, amounts);
    return ledger.has(amounts) ? 'granted' : 'unavailable';
  }

  /** Says that a claim waits no more. */
  withdraw(place: Place): void {
    this.#inside(() => {
      if (this.isMine(place) && this.table.isWaiting(place.row)) this.table.withdraw(place.row);
    });
  }

  /** Takes back some of what a claim holds. */
  release(place: Place, amounts: Int32Array): void {
    const { table } = this;
    this.#inside(() => {
      if (!this.isMine(place)) return;
      table.ringAll(this.here.bell);
      table.giveBack(place.row, amounts);
    });
  }

  /** Ends a claim, with all that it holds. */
  close(place: Place): void {
    const { table } = this;
    this.#inside(() => {
      if (!this.isMine(place)) return;
      table.ringAll(this.here.bell);
      table.remove(place.row);
    });
  }

  /** Takes back the claims of the dead, if there are any, and says whether it did. */
  bury(): boolean {
    for (let row = 0; row < CLAIMS_MAX; row++) {
      const owner = this.table.owner(row);
      if (owner !== 0 && !this.here.isAlive(owner)) return this.here.reap();
    }
    return false;
  }

  /** All of it as of one moment, without claims of the dead. */
  look(): BankerTable {
    this.bury();
    return this.#inside(() => this.table.copy());
  }

  #inside<R>(step: () => R): R {
    return this.object.guard.inside(this.#repair, step);
  }
}

/** Puts a banker in order after a death inside the guard: only the counts of sleepers are derived. */
export function repairBanker(object: SharedObject): void {
  new BankerTable(object).repair();
}

/** Ends the claims of a dead participant. */
export function reapBanker(object: SharedObject, dead: Tag): void {
  const table = new BankerTable(object);
  for (let row = 0; row < CLAIMS_MAX; row++) {
    if (table.owner(row) !== dead) continue;
    table.ringAll(here().bell);
    table.remove(row);
  }
}
