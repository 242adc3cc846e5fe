/**
 * The claim that programs see. How it works in memory: banker-table.ts.
 *
 * A claim waits for one thing at a time, so what it waits for has one place in shared memory, and a point of its own to
 * wait at.
 *
 * @module
 */
import { DuodaoError, type Wait, type WaitSync } from '../base/index.ts';
import { NOT_YET, type NotYet, WaitPoint } from '../memory/index.ts';
import type { Amounts, Counts, Resources } from './banker-amounts.ts';
import type { Verdict } from './banker-safety.ts';
import type { BankerSteps, Place } from './banker-steps.ts';

const WHAT = 'Granting the request';
const REASONS: Readonly<Record<Verdict, string>> = {
  granted: 'it was granted',
  unavailable: 'not all of it was available',
  unsafe: 'all of it was available, but what was left might not have been enough for the other claims',
};

/**
 * What one task may hold of a banker's resources, and what it holds: made by {@link Banker.claim}.
 *
 * - **Across:** it belongs to the thread that made it, and cannot be sent.
 * - **Limits:** it waits for one request at a time; put what is needed together into one request.
 * - **If the thread dies:** the claim ends, and all that it holds is available again.
 */
export class Claim<R extends string = string> implements Disposable, AsyncDisposable {
  /** No other claim of the banker has it, now or later. */
  readonly id: number;
  /** As it was given, or `Claim-` and its number. */
  readonly name: string;
  /** The most that it may hold. */
  readonly max: Counts<R>;
  readonly #steps: BankerSteps;
  readonly #resources: Resources<R>;
  readonly #place: Place;
  readonly #point: WaitPoint;
  /** Whether a request has not been answered yet. */
  #pending = false;
  #verdict: Verdict = 'granted';

  constructor(steps: BankerSteps, resources: Resources<R>, place: Place, name: string) {
    const { table, object, here } = steps;
    this.id = place.id;
    this.name = name;
    this.max = Object.freeze(resources.counts((column) => table.max(place.row, column)));
    this.#steps = steps;
    this.#resources = resources;
    this.#place = place;
    this.#point = new WaitPoint(here.room, object.guard, table.waitSet(place.row));
  }

  /** Whether it has ended. */
  get isClosed(): boolean {
    return !this.#steps.isMine(this.#place);
  }

  /** What it holds now: nothing, when it is closed. */
  get held(): Counts<R> {
    return this.#resources.counts((column) => this.#heldOf(column));
  }

  // Without the guard: only this thread changes it.
  #heldOf(column: number): number {
    return this.isClosed ? 0 : this.#steps.table.held(this.#place.row, column);
  }

  /**
   * Asks for more, all of it or nothing, and lets the event loop run until it is granted: when it is available, and
   * every claim can still be met afterwards.
   *
   * @throws RangeError when the claim does not allow that much; TypeError when it waits already; DuodaoError
   * `timed-out`, whose fact `reason` says `unavailable` or `unsafe`, or `closed`; or the reason of `wait.signal`.
   * Nothing more is held then.
   */
  async request(amounts: Amounts<R>, wait?: Wait): Promise<void> {
    const attempt = this.#begin(amounts);
    try {
      await this.#point.wait(WHAT, attempt, wait);
    } catch (error) {
      throw this.#failed(error);
    } finally {
      this.#pending = false;
    }
  }

  /** As `request`, but blocks the thread until it is granted. */
  requestSync(amounts: Amounts<R>, wait?: WaitSync): void {
    const attempt = this.#begin(amounts);
    try {
      this.#point.waitSync(WHAT, attempt, wait);
    } catch (error) {
      throw this.#failed(error);
    } finally {
      this.#pending = false;
    }
  }

  /** Asks for more, and says whether it was granted. Never waits. Errors as `request`. */
  tryRequest(amounts: Amounts<R>): boolean {
    const attempt = this.#begin(amounts);
    try {
      return attempt(false) === true;
    } finally {
      this.#pending = false;
    }
  }

  /** Checks a request, and gives the way to try it. */
  #begin(amounts: Amounts<R>): (register: boolean) => true | NotYet {
    this.#refuseClosed('request');
    if (this.#pending) {
      throw new TypeError('Cannot request as this claim waits already: it waits for one request at a time');
    }
    const { max } = this;
    const { names } = this.#resources;
    const rest = (column: number): number => max[names[column] as R] - this.#heldOf(column);
    const wanted = this.#resources.amounts('request', amounts, rest, 'what is left of the claim is');
    this.#pending = true;
    return (register) => this.#attempt(wanted, register);
  }

  #attempt(wanted: Int32Array, register: boolean): true | NotYet {
    const steps = this.#steps;
    let verdict = steps.request(this.#place, wanted, register);
    // Who does not wait hears of no deaths, so he looks.
    if (verdict !== 'granted' && !register && steps.bury())
      verdict = steps.request(this.#place, wanted, false);
    if (verdict === 'closed') throw closed('request');
    this.#verdict = verdict;
    return verdict === 'granted' ? true : NOT_YET;
  }

  /** Puts a request that failed out of the way, and gives the error to be thrown. */
  #failed(error: unknown): unknown {
    this.#steps.withdraw(this.#place);
    if (!(error instanceof DuodaoError && error.code === 'timed-out')) return error;
    const reason = this.#verdict;
    return new DuodaoError('timed-out', `${error.message}: ${REASONS[reason]}`, { ...error.facts, reason });
  }

  /**
   * Gives back some of what it holds, or all of it. The claim stays, and may ask for it again.
   *
   * @throws RangeError when it does not hold that much; DuodaoError `closed`. Nothing is given back then.
   */
  release(amounts: Amounts<R> = this.held): void {
    this.#refuseClosed('release');
    const given = this.#resources.amounts(
      'release',
      amounts,
      (column) => this.#heldOf(column),
      'the claim holds',
    );
    this.#steps.release(this.#place, given);
  }

  /** Gives back all that it holds and ends the claim. A request that waits is refused as `closed`. */
  close(): void {
    this.#steps.close(this.#place);
    // At once, as the next claim may be in its place before the ring is heard.
    this.#point.serve();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #refuseClosed(what: string): void {
    if (this.isClosed) throw closed(what);
  }
}

function closed(what: string): DuodaoError {
  return new DuodaoError('closed', `Cannot ${what} as this claim is closed`);
}
