/**
 * A barrier as bytes, and its steps.
 *
 *     offset  size  field      meaning
 *     0       4     phase      number of the round × 2, and 1 more when it is broken; rounds begin with 1
 *     4       4     parties    how many a round needs
 *     8       4     count      (derived) how many arrived in this round
 *     12      4     acting     the round whose action is being run, or was
 *     16      4     hasAction  1: somebody must run an action before anybody is let go
 *     20      4     cause      why the round broke
 *     24      4     leavers    (derived) how many participants wait for the end of the round
 *     28      4     entrants   (derived) how many wait until there is room in the next one
 *     32      8     limit      how long each wait lasts at most, in milliseconds
 *     40      24    -
 *     64      64    wait set of the leavers
 *     128     64    wait set of the entrants
 *     data: a table of who arrived, see barrier-table.ts
 *
 * A round ends by one store of `phase`, be it that all have arrived or that it breaks; the entries of the table
 * are old then, without being touched. So a fast party can be in the next round while a slow one has not yet looked
 * how the last one ended: it came with the number of a round, and
 *
 *     the phase is of that round                       it goes on, or is broken
 *     of a later one, and the table notes a failure    it was broken, and has been reset since
 *     of a later one, and it does not                  all had arrived
 *
 * A participant has one note, so before it arrives in a new round all its tasks look how theirs ended. Numbers of
 * rounds come again after 2^31 of them. A reset leaves one number out: nobody took part in the round before.
 *
 * @module
 */
import { type Here, here, type SharedObject, type Tag, WaitSet } from '../memory/index.ts';
import { type BarrierCause, codeOfCause } from './barrier-options.ts';
import { BarrierTable } from './barrier-table.ts';
import { AT, BARRIER_BODY_BYTES, limitOf, roundAfter, roundBefore } from './barrier-words.ts';
import { slotOf } from './bounded-slots.ts';

const {
  phase: PHASE,
  parties: PARTIES,
  count: COUNT,
  acting: ACTING,
  hasAction: HAS_ACTION,
  cause: CAUSE,
} = AT;
const BROKEN = 1;
/** How a round ended that did not break. The other ends are codes of causes. */
export const PASSED = -1;

/** One task at a barrier. */
export interface Party {
  /** The round it arrived in, 0 before. */
  round: number;
  index: number;
  /** How its round ended: PASSED, or the code of a cause; 0 while it goes on. */
  end: number;
  /** Whether it is the one to run the action. */
  acts: boolean;
}

export function newParty(): Party {
  return { round: 0, index: -1, end: 0, acts: false };
}

export class BarrierBody {
  readonly object: SharedObject;
  readonly leaving: WaitSet;
  readonly entering: WaitSet;
  readonly #here: Here;
  readonly #words: Int32Array;
  readonly #table: BarrierTable;
  readonly #repair: () => void;
  /** Tasks of this thread that arrived and do not know yet how their round ended. */
  readonly #pending: Set<Party> = new Set();

  constructor(object: SharedObject) {
    const { words } = object;
    this.object = object;
    this.leaving = new WaitSet(words, AT.leaving, AT.leavers);
    this.entering = new WaitSet(words, AT.entering, AT.entrants);
    this.#here = here();
    this.#words = words;
    this.#table = new BarrierTable(object, BARRIER_BODY_BYTES);
    this.#repair = () => this.#here.objects.repair(object);
  }

  static init(object: SharedObject, parties: number, hasAction: boolean, limitMs: number): void {
    object.words[PHASE] = 2;
    object.words[PARTIES] = parties;
    object.words[HAS_ACTION] = hasAction ? 1 : 0;
    limitOf(object)[0] = limitMs;
  }

  get parties(): number {
    return this.#words[PARTIES] as number;
  }

  get hasAction(): boolean {
    return this.#words[HAS_ACTION] === 1;
  }

  get limitMs(): number {
    return limitOf(this.object)[0] as number;
  }

  get isBroken(): boolean {
    return (Atomics.load(this.#words, PHASE) & BROKEN) !== 0;
  }

  /** How many have arrived and wait for the others. */
  get waiting(): number {
    return this.isBroken ? 0 : Atomics.load(this.#words, COUNT);
  }

  setKnowsAction(knows: boolean): void {
    this.#table.setKnowsAction(this.#here.slot, knows);
  }

  /** Arrives, or finds the barrier broken. False when all have arrived and must leave first. */
  tryEnter(party: Party, register: boolean): boolean {
    return this.object.guard.inside(this.#repair, () => this.#enter(party, register));
  }

  #enter(party: Party, register: boolean): boolean {
    const words = this.#words;
    const { slot } = this.#here;
    const [count, round] = [words[COUNT] as number, this.#round];
    if (this.#isBrokenNow) {
      party.end = words[CAUSE] as number;
      return true;
    }
    if (count >= this.parties) {
      if (register) this.entering.add(slot);
      return false;
    }
    for (const other of this.#pending) this.#settle(other);
    const isLast = count + 1 === this.parties;
    const acts = isLast && this.hasAction && this.#table.knowsAction(slot);
    if (isLast && this.hasAction && !acts && !this.#table.isActionKnown(round)) {
      this.#break('no-action');
      party.end = words[CAUSE] as number;
      return true;
    }
    if (isLast) this.#ringAll(); // before the commit: see wait-set.ts
    this.#pending.add(party);
    this.#table.arrive(slot, round); // the commit
    words[COUNT] = count + 1;
    party.round = round;
    party.index = count;
    if (acts) {
      words[ACTING] = round;
      party.acts = true;
    } else if (isLast && !this.hasAction) this.#end(party);
    return true;
  }

  /** Looks how the party's round ended, or whether the action is for it to run. */
  tryLeave(party: Party, register: boolean, mayAct: boolean): boolean {
    const words = this.#words;
    const { slot } = this.#here;
    return this.object.guard.inside(this.#repair, () => {
      this.#settle(party);
      if (party.end !== 0) return true;
      const isFull = this.hasAction && words[COUNT] === words[PARTIES] && words[ACTING] !== party.round;
      if (isFull && mayAct && this.#table.knowsAction(slot)) {
        words[ACTING] = party.round;
        party.acts = true;
        return true;
      }
      if (register) this.leaving.add(slot);
      return false;
    });
  }

  /** Lets all go after the action, unless the round broke meanwhile. */
  finish(party: Party): void {
    this.object.guard.inside(this.#repair, () => {
      this.#settle(party);
      if (party.end !== 0) return;
      this.#ringAll();
      this.#end(party);
    });
  }

  /** Ends the party's part in its round: breaks it if it goes on. True if so. */
  giveUp(party: Party, cause: BarrierCause): boolean {
    return this.object.guard.inside(this.#repair, () => {
      if (party.round === 0) return false;
      this.#settle(party);
      if (party.end !== 0) return false;
      this.#break(cause);
      this.#settle(party);
      return true;
    });
  }

  /** Breaks the barrier. */
  abort(): void {
    this.object.guard.inside(this.#repair, () => {
      if (!this.#isBrokenNow) this.#break('abort');
    });
  }

  /** Breaks the round if anybody waits, and begins a new one. */
  reset(): void {
    const words = this.#words;
    this.object.guard.inside(this.#repair, () => {
      if (!this.#isBrokenNow && (words[COUNT] as number) > 0) this.#break('reset');
      if (this.#isBrokenNow) this.#table.noteFailed(this.#round, words[CAUSE] as number);
      this.#ringAll();
      Atomics.store(words, PHASE, roundAfter(this.#round, 2) << 1); // the commit
      words[COUNT] = 0;
    });
  }

  /** Breaks the barrier if the dead participant was a party of this round, or of the one before. */
  reap(dead: Tag): void {
    const slot = slotOf(dead);
    if (slot < 0) return;
    const round = this.#round;
    const tookPart = this.#table.arrived(slot, round) + this.#table.arrived(slot, roundBefore(round)) > 0;
    if (tookPart && !this.#isBrokenNow) this.#break('died');
    this.#table.forget(slot);
    this.#recount();
  }

  repair(): void {
    this.leaving.recount();
    this.entering.recount();
    this.#recount();
  }

  #recount(): void {
    Atomics.store(this.#words, COUNT, this.#table.arrivedOfAll(this.#round));
  }

  get #round(): number {
    return (this.#words[PHASE] as number) >>> 1;
  }

  get #isBrokenNow(): boolean {
    return ((this.#words[PHASE] as number) & BROKEN) !== 0;
  }

  #break(cause: BarrierCause): void {
    const words = this.#words;
    this.#ringAll();
    words[CAUSE] = codeOfCause(cause);
    Atomics.store(words, PHASE, (words[PHASE] as number) | BROKEN); // the commit
  }

  #ringAll(): void {
    this.leaving.ringAll(this.#here.bell);
    this.entering.ringAll(this.#here.bell);
  }

  /** Ends the round in peace. All have been rung. */
  #end(party: Party): void {
    const words = this.#words;
    Atomics.store(words, PHASE, roundAfter(this.#round, 1) << 1); // the commit
    words[COUNT] = 0;
    party.end = PASSED;
    this.#pending.delete(party);
  }

  /** Notes how a party's round ended, if it has. */
  #settle(party: Party): void {
    if (party.end === 0) {
      if (this.#round !== party.round)
        party.end = this.#table.causeOfFailure(this.#here.slot, party.round) || PASSED;
      else if (this.#isBrokenNow) party.end = this.#words[CAUSE] as number;
    }
    if (party.end !== 0) this.#pending.delete(party);
  }
}
