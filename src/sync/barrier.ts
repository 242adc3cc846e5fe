/**
 * All wait until all are there, across processes and threads.
 *
 * A wait has two parts: to arrive, which must wait only while a full round is not let go yet, and to wait for the
 * end of the round. Whoever is the one to run the action does so in between, outside the guard.
 *
 * @module
 */
import { deadlineOf, DuodaoError, timedOut, type Wait, type WaitSync } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  NOT_YET,
  type NotYet,
  registerFace,
  registerKind,
  type SharedObject,
  WaitPoint,
} from '../memory/index.ts';
import { BarrierBody, newParty, type Party, PASSED } from './barrier-body.ts';
import {
  type BarrierAction,
  type BarrierCause,
  type BarrierOptions,
  brokenBarrier,
  checkBarrier,
} from './barrier-options.ts';
import { BARRIER_DATA_BYTES } from './barrier-table.ts';
import { BARRIER_BODY_BYTES } from './barrier-words.ts';

const KIND: Kind = {
  id: 14,
  name: 'barrier',
  open: (object) => openBarrier(object),
  repair: (object) => new BarrierBody(object).repair(),
  reap: (object, dead) => new BarrierBody(object).reap(dead),
};
registerKind(KIND);

const ENTERING = 'Room at the barrier';
const LEAVING = 'The arrival of all parties at the barrier';

/** A barrier at one moment. */
export interface BarrierStats {
  readonly parties: number;
  readonly waiting: number;
  readonly isBroken: boolean;
}

/** What the next constructor opens instead of making a barrier of its own. */
let opening: SharedObject | undefined;

/**
 * Holds tasks of any threads and processes until a given number of them has arrived; then lets all go, and begins anew.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them. A thread may be several
 *   parties.
 * - **If a party is out of time, is aborted or dies:** the barrier is broken for all, until `reset`. Known as a party
 *   is a thread that has arrived, or took part in the round before: its end, also in peace, breaks the barrier. Of
 *   one that ends before it has ever arrived nobody knows: give a `timeoutMs`.
 * - **The action:** stays in the thread that gave it, and is run by a party of that thread; if that party awaits, in
 *   its event loop.
 *
 * @example
 * ```ts
 * const step = new Barrier(3, { timeoutMs: 1000 });
 * const index = await step.wait();   // in each of three workers: 0, 1 or 2
 * ```
 */
export class Barrier {
  readonly #body: BarrierBody;
  readonly #entering: WaitPoint;
  readonly #leaving: WaitPoint;
  #action: BarrierAction | undefined;
  /** Whether this thread blocks here: then it is the one to run the action, as our event loop cannot. */
  #isBlocking = false;

  /** @param parties - How many a round needs: a whole number of 1 or more. */
  constructor(parties: number, options: BarrierOptions = {}) {
    const isOpening = opening !== undefined;
    const object = opening ?? createBarrier(parties, options);
    opening = undefined;
    const body = new BarrierBody(object);
    this.#body = body;
    this.#entering = new WaitPoint(here().room, object.guard, body.entering);
    this.#leaving = new WaitPoint(here().room, object.guard, body.leaving);
    this.#action = isOpening ? undefined : options.action;
    body.setKnowsAction(this.#action !== undefined);
    registerFace(this, object, KIND.id);
  }

  /**
   * The barrier with this name, anywhere in the tree: the first call makes it. It lives as long as the tree. If it
   * has an action, each thread that gives one here can run its own.
   *
   * @throws RangeError when it exists with another number of parties, another time limit, or without an action.
   */
  static named(name: string, parties: number, options: Omit<BarrierOptions, 'name'> = {}): Barrier {
    checkName('barrier', name);
    checkBarrier(parties, options);
    const make = (): SharedObject => createBarrier(parties, { ...options, name });
    const found = findOrMake(KIND.id, name, make) as Barrier;
    const refuse = (asked: string, has: string): never => {
      throw new RangeError(`Cannot open the barrier "${name}" with ${asked}: it has ${has}`);
    };
    const { parties: actual, limitMs, hasAction } = found.#body;
    if (parties !== actual) refuse(`${parties} parties`, `${actual}`);
    const { timeoutMs, action } = options;
    if (timeoutMs !== undefined && timeoutMs !== limitMs) refuse(`timeoutMs ${timeoutMs}`, `${limitMs}`);
    if (action && !hasAction) refuse('an action', 'none');
    found.#learn(action);
    return found;
  }

  #learn(action: BarrierAction | undefined): void {
    if (!action || this.#action) return;
    this.#action = action;
    this.#body.setKnowsAction(true);
  }

  /**
   * Arrives, and waits in the event loop until all parties have; gives a number from 0 to `parties` − 1 that no other
   * party of the round has.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`: that breaks the barrier for all. DuodaoError
   * `broken` when anybody else broke it. Whatever the action throws, if this party ran it.
   */
  async wait(wait?: Wait): Promise<number> {
    wait?.signal?.throwIfAborted();
    const limited = this.#limited(wait);
    const deadline = deadlineOf(limited);
    const party = newParty();
    let rest: Wait = limited;
    // At once, as it counts for the others from now on; unless others of this thread were here before us.
    if (this.#entering.isWaiting || !this.#body.tryEnter(party, false)) {
      await this.#entering.wait(ENTERING, this.#enter(party), limited);
      rest = { ...limited, timeoutMs: left(deadline) };
    }
    try {
      if (isHeld(party)) await this.#leaving.wait(LEAVING, this.#leave(party, false), rest);
    } catch (error) {
      this.#giveUp(party, error, limited);
    }
    if (party.acts) {
      try {
        await this.#action?.();
      } catch (error) {
        this.#body.giveUp(party, 'action-failed');
        throw error;
      }
      this.#body.finish(party);
    }
    return indexOf(party);
  }

  /** Arrives, and blocks the thread until all parties have. As `wait`, but the action must not be asynchronous. */
  waitSync(wait?: WaitSync): number {
    const limited = this.#limited(wait);
    const deadline = deadlineOf(limited);
    const party = newParty();
    this.#entering.waitSync(ENTERING, this.#enter(party), limited);
    this.#isBlocking = true;
    try {
      const rest = { timeoutMs: left(deadline) };
      if (isHeld(party)) this.#leaving.waitSync(LEAVING, this.#leave(party, true), rest);
    } catch (error) {
      this.#giveUp(party, error, limited);
    } finally {
      this.#isBlocking = false;
    }
    if (party.acts) this.#actSync(party);
    return indexOf(party);
  }

  #actSync(party: Party): void {
    try {
      const result = this.#action?.();
      if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function')
        throw new TypeError('Cannot run the action of a barrier in waitSync as it gives a promise: use wait');
    } catch (error) {
      this.#body.giveUp(party, 'action-failed');
      throw error;
    }
    this.#body.finish(party);
  }

  /** Breaks the barrier: whoever waits is told, and who comes is refused, until `reset`. */
  abort(): void {
    this.#body.abort();
  }

  /** Makes the barrier as new. Whoever waits is told that it is broken; of earlier parties nobody knows any more. */
  reset(): void {
    this.#body.reset();
  }

  /** How many a round needs. */
  get parties(): number {
    return this.#body.parties;
  }

  /** How many have arrived and wait for the others. True at the moment of reading. */
  get waiting(): number {
    return this.#body.waiting;
  }

  /** Whether the barrier is broken, and refuses all until `reset`. True at the moment of reading. */
  get isBroken(): boolean {
    return this.#body.isBroken;
  }

  /** What can be seen from outside, at one moment. */
  stats(): BarrierStats {
    return { parties: this.parties, waiting: this.waiting, isBroken: this.isBroken };
  }

  #limited<W extends Wait>(wait: W | undefined): W {
    return { ...wait, timeoutMs: wait?.timeoutMs ?? this.#body.limitMs } as W;
  }

  #enter(party: Party): (register: boolean) => true | NotYet {
    return (register) => this.#body.tryEnter(party, register) || NOT_YET;
  }

  #leave(party: Party, blocks: boolean): (register: boolean) => true | NotYet {
    return (register) => this.#body.tryLeave(party, register, blocks || !this.#isBlocking) || NOT_YET;
  }

  /** Breaks the barrier for the others and throws on; but if the round has ended by now, that is what counts. */
  #giveUp(party: Party, error: unknown, limited: Wait): void {
    const isLate = error instanceof DuodaoError && error.code === 'timed-out';
    const cause: BarrierCause = isLate ? 'timed-out' : 'aborted';
    if (this.#body.giveUp(party, cause)) throw isLate ? timedOut(LEAVING, limited) : error;
  }
}

/** Whether the party must wait for the others. */
function isHeld(party: Party): boolean {
  return party.end === 0 && !party.acts;
}

function indexOf(party: Party): number {
  if (party.end !== PASSED) throw brokenBarrier(party.end);
  return party.index;
}

function left(deadline: number): number {
  return deadline === 0 ? 0 : Math.max(0, deadline - performance.now());
}

function createBarrier(parties: number, options: BarrierOptions): SharedObject {
  checkBarrier(parties, options);
  const { name, action, timeoutMs = Number.POSITIVE_INFINITY } = options;
  if (name !== undefined) checkName('barrier', name);
  const size = { bodyBytes: BARRIER_BODY_BYTES, dataBytes: BARRIER_DATA_BYTES };
  return here().objects.create(KIND, size, name ?? '', (object) =>
    BarrierBody.init(object, parties, action !== undefined, timeoutMs),
  );
}

function openBarrier(object: SharedObject): Barrier {
  opening = object;
  return new Barrier(1);
}
