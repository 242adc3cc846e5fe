/**
 * Model of a barrier: rounds that end by one store, parties that are late to look, out of time or dead, and a reset,
 * safe against a kill at any store.
 *
 *     enter     broken: refused. All have arrived and nobody has let them go: sleep outside. Else, if last: ring;
 *               my entry := this round (the commit); count + 1; if last and no action: phase := next round (the
 *               commit); count := 0. If last with an action: act, or leave that to one who knows how
 *     look      my round goes on: act, if all are there and nobody does; else sleep. My round is over: it was
 *               broken if it still is, or if the note says so; else it has passed
 *     finish    my round goes on: ring; phase := next round
 *     give up   my round goes on: ring; phase := broken
 *     reset     somebody waits: ring; phase := broken. If broken: a note for each who arrived. Ring; phase := the
 *               round after the next one; count := 0
 *     reap      he arrived in this round, or the one before: ring; phase := broken. His entry := none; count anew
 *     repair    whoever enters after a death inside: count anew
 *
 * This file is what each operation does to the shared words, in the order of the sources' stores. Who does them, and
 * what is promised: barrier-world.ts. Not here: several tasks of one participant, numbers of rounds that come again.
 *
 * @module
 */
import type { Crowd } from './explore.ts';
import type { Stores } from './stores.ts';

export type BarrierMutation =
  | 'a round ends before the ring'
  | 'it breaks before the ring'
  | 'parties look at the phase only'
  | 'the notes come after the reset'
  | 'a reset leaves no notes'
  | 'who finishes does not look whether it broke'
  | 'the death of one who has arrived is nothing'
  | 'the death of one between rounds is nothing'
  | 'repair does not count'
  | 'the last one does not ring for who knows the action'
  | 'an arrival beyond the parties is let in'
  | 'an entry is emptied before it is made anew';

export interface BarrierRules {
  readonly parties: number;
  /** Who knows the action: 'nobody', as there is none; 'all'; or only the first. */
  readonly action: 'nobody' | 'all' | 'first';
  readonly mutation?: BarrierMutation | undefined;
}

export interface Person {
  at: 'enters' | 'refused' | 'outside' | 'looks' | 'inside' | 'acts' | 'gone' | 'dead' | 'buried';
  /** The round it arrived in, and its number there. */
  round: number;
  index: number;
  /** How often it has passed. */
  passed: number;
  // Shared words: the round of its entry (0: none), the note of a round that broke, its bits in the two wait sets.
  entry: number;
  note: number;
  leaver: boolean;
  entrant: boolean;
}

export interface State extends Crowd<Person> {
  round: number;
  isBroken: boolean;
  count: number;
  acting: number;
  /** Whether the last owner of the guard died inside. */
  torn: boolean;
  /** How rounds ended, as bits: what is told to the parties is held against it. */
  didPass: number;
  didBreak: number;
  fault: string;
  crashes: number;
  giveUps: number;
  resets: number;
}

/** One operation at a barrier, under one set of rules. */
export class Barrier {
  readonly #s: State;
  readonly #rules: BarrierRules;
  readonly #stores: Stores;

  constructor(state: State, rules: BarrierRules, stores: Stores) {
    this.#s = state;
    this.#rules = rules;
    this.#stores = stores;
  }

  enter(self: Person): void {
    const [s, stores] = [this.#s, this.#stores];
    const { parties, action, mutation } = this.#rules;
    if (s.isBroken) {
      self.at = 'refused';
      return;
    }
    if (s.count >= parties && mutation !== 'an arrival beyond the parties is let in') {
      stores.set(self, 'entrant', true);
      self.at = 'outside';
      return;
    }
    const isLast = s.count + 1 === parties;
    const acts = isLast && this.#knows(self);
    const ringsNobody =
      mutation === 'the last one does not ring for who knows the action' && action !== 'nobody';
    const endsEarly = mutation === 'a round ends before the ring' && action === 'nobody';
    if (isLast && !ringsNobody && !endsEarly) this.#ringAll();
    if (mutation === 'an entry is emptied before it is made anew') stores.set(self, 'entry', 0);
    stores.set(self, 'entry', s.round);
    self.round = s.round;
    self.index = s.count;
    if (s.people.some((p) => p !== self && p.round === self.round && p.index === self.index))
      s.fault = 'a number is given twice';
    stores.set(s, 'count', s.count + 1);
    self.at = acts ? 'acts' : 'looks';
    if (acts) stores.set(s, 'acting', s.round);
    else if (isLast && action === 'nobody') {
      this.#end(1);
      this.#told(self, true);
      if (endsEarly) this.#ringAll();
    }
  }

  look(self: Person): void {
    const [s, stores] = [this.#s, this.#stores];
    if (this.#tellEnd(self)) return;
    if (s.count === this.#rules.parties && s.acting !== s.round && this.#knows(self)) {
      stores.set(s, 'acting', s.round);
      self.at = 'acts';
      return;
    }
    stores.set(self, 'leaver', true);
    self.at = 'inside';
  }

  finish(self: Person): void {
    const looks = this.#rules.mutation !== 'who finishes does not look whether it broke';
    if (looks && this.#tellEnd(self)) return;
    this.#ringAll();
    this.#end(1);
    this.#told(self, true);
  }

  giveUp(self: Person): void {
    if (this.#tellEnd(self)) return;
    this.#break();
    self.at = 'gone';
  }

  reset(): void {
    const [s, stores] = [this.#s, this.#stores];
    const { mutation } = this.#rules;
    if (!s.isBroken && s.count > 0) this.#break();
    const { round } = s;
    const note = (): void => {
      if (mutation === 'a reset leaves no notes') return;
      for (const p of s.people) if (p.entry === round) stores.set(p, 'note', round);
    };
    const notesLate = mutation === 'the notes come after the reset';
    const wasBroken = s.isBroken;
    if (wasBroken && !notesLate) note();
    this.#ringAll();
    this.#end(2);
    if (wasBroken && notesLate) note();
  }

  reap(dead: Person): void {
    const [s, stores] = [this.#s, this.#stores];
    const { mutation } = this.#rules;
    const isNow = dead.entry === s.round && mutation !== 'the death of one who has arrived is nothing';
    const wasBefore = dead.entry === s.round - 1 && mutation !== 'the death of one between rounds is nothing';
    if (dead.entry > 0 && (isNow || wasBefore) && !s.isBroken) this.#break();
    stores.set(dead, 'entry', 0);
    stores.set(dead, 'note', 0);
    this.#recount();
    stores.set(dead, 'at', 'buried');
  }

  repair(): void {
    if (!this.#s.torn) return;
    if (this.#rules.mutation !== 'repair does not count') this.#recount();
    this.#s.torn = false;
  }

  #recount(): void {
    const s = this.#s;
    this.#stores.set(s, 'count', s.people.filter(({ entry }) => entry === s.round).length);
  }

  #knows(self: Person): boolean {
    const { action } = this.#rules;
    return action === 'all' || (action === 'first' && self === this.#s.people[0]);
  }

  /** Tells a party how its round ended, if it has. */
  #tellEnd(self: Person): boolean {
    const s = this.#s;
    const isOver = s.round !== self.round;
    if (!isOver && !s.isBroken) return false;
    const trustsPhase = this.#rules.mutation === 'parties look at the phase only';
    const broke = isOver ? !trustsPhase && self.note === self.round : s.isBroken;
    this.#told(self, !broke);
    return true;
  }

  #told(self: Person, passed: boolean): void {
    const s = this.#s;
    if (((passed ? s.didPass : s.didBreak) & (1 << self.round)) === 0)
      s.fault = passed
        ? 'a party passed a round that broke'
        : 'a party is told that its round broke, which passed';
    if (passed) self.passed++;
    self.at = 'enters';
  }

  #break(): void {
    const s = this.#s;
    const ringsLate = this.#rules.mutation === 'it breaks before the ring';
    if (!ringsLate) this.#ringAll();
    this.#stores.set(s, 'isBroken', true);
    s.didBreak |= 1 << s.round;
    if (ringsLate) this.#ringAll();
  }

  #end(steps: 1 | 2): void {
    const s = this.#s;
    const present = s.people.filter(({ entry }) => entry === s.round).length;
    this.#stores.next(); // one store: the number and whether it is broken are one word
    if (steps === 1) {
      if (present !== this.#rules.parties) s.fault = 'a round passed without all';
      if (s.isBroken) s.fault = 'a round passed that broke';
      s.didPass |= 1 << s.round;
    }
    s.round += steps;
    s.isBroken = false;
    this.#stores.set(s, 'count', 0);
  }

  #ringAll(): void {
    const { people } = this.#s;
    for (const [bit, from, to] of [
      ['leaver', 'inside', 'looks'],
      ['entrant', 'outside', 'enters'],
    ] as const) {
      const rung = people.filter((p) => p[bit]);
      for (const p of rung) {
        this.#stores.next();
        if (p.at === from) p.at = to;
      }
      for (const p of rung) this.#stores.set(p, bit, false);
    }
  }
}
