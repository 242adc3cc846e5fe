/**
 * Model of one thread that waits in its event loop and blocks as well: how it says by its mode how it sleeps,
 * and how it finds out which of its waits were rung.
 *
 *     loop    mode PIPE while something waits here. A byte: sweep
 *     block   try; mode FUTEX; count := my bell; sweep; try, and join the wait set; sleep if the bell is still
 *             at count; all over again. In the end mode PIPE or NONE, and sweep
 *     sweep   a wait is rung if its object's guard is taken or, asked after that, its bit is out of the set:
 *             then try it, and those behind it, until one must go on waiting
 *     ring    (guard held) bell + 1; look at the mode; wake by futex or byte, if any; clear the bit; commit
 *
 * A ring for a wait of the loop may find the thread in its futex, and the other way round; a byte that was
 * written before the thread blocks is read when it has done with blocking. So whoever is about to sleep must
 * have swept after the last count of its bell. Nobody else's progress may need our event loop.
 *
 * Not here: deaths (bell.ts), which only add rings; several threads.
 *
 * @module
 */
import type { Crowd, Offer } from './explore.ts';

export const NONE = 0;
export const FUTEX = 1;
export const PIPE = 2;
export const FREE = -1;

export type WaitingMutation =
  | 'a sweep asks for the bit alone'
  | 'a sweep asks for the bit before the guard'
  | 'a sweep comes after the sleep, before the count'
  | 'there is no sweep after blocking'
  | 'the mode stays PIPE while blocking'
  | 'the mode is NONE after blocking'
  | 'the mode is said after the count'
  | 'a ringer looks at the mode, then counts'
  | 'a wait that gives up leaves the set'
  | 'a wait that gives up lets nobody else try';

export interface WaitingOptions {
  /** The waits of the event loop, all on object 0, in order of arrival: how many items each needs. */
  readonly waits: readonly number[];
  /** How often the thread blocks, and on which object. */
  readonly blocks: number;
  readonly on: 0 | 1;
  /** For each ringer: which object it puts an item into. */
  readonly ringers: readonly (0 | 1)[];
  readonly timeouts?: number;
  readonly mutation?: WaitingMutation;
}

/** Where the thread and the ringers can be, named by the step they take next. */
const PLACES = [
  'loop',
  'tries first',
  'begins',
  'counts',
  'tries',
  'sleeps',
  'asleep',
  'ends',
  'looks at guard',
  'looks at bit',
  'serves',
  'arrives',
  'enters',
  'rings',
  'asks',
  'wakes',
  'clears',
  'commits',
  'gone',
] as const;
export type Place = (typeof PLACES)[number];

export interface Person {
  at: Place;
  /** Where the thread goes after a sweep. */
  after: Place;
  /** The bell as the thread counted it; the mode as a ringer found it. */
  seen: number;
}

export interface Thing {
  guard: number;
  bit: boolean;
  items: number;
}

export interface State extends Crowd<Person> {
  readonly things: Thing[];
  bell: number;
  mode: number;
  byte: boolean;
  waits: readonly number[];
  blocks: number;
  timeouts: number;
}

export type MyOffer = Offer<Person, State>;

/** Tries to take items; if there are not enough, joins the wait set. */
function attempt(n: State, object: 0 | 1, need = 1): boolean {
  const thing = n.things[object] as Thing;
  const isEnough = thing.items >= need;
  if (isEnough) thing.items -= need;
  else thing.bit = true;
  return isEnough;
}

function sweepThen(n: State, p: Person, after: Place, { mutation }: WaitingOptions): void {
  p.after = after;
  p.at = n.waits.length === 0 ? after : 'looks at guard';
  if (p.at === 'looks at guard' && mutation === 'a sweep asks for the bit alone') p.at = 'looks at bit';
}

function sayMode(n: State, isBlocking: boolean): void {
  n.mode = isBlocking ? FUTEX : n.waits.length > 0 ? PIPE : NONE;
}

/** What the thread can do now. */
export function threadMoves(s: State, can: MyOffer, might: MyOffer, options: WaitingOptions): void {
  const { mutation, on } = options;
  const p = s.people[0] as Person;
  const step = (what: string, change: (n: State, p: Person) => void): void => can(0, what, change);
  const isFree = (object: 0 | 1): boolean => s.things[object]?.guard === FREE;
  const countFirst = mutation === 'the mode is said after the count';
  const sweepsEarly = mutation === 'a sweep comes after the sleep, before the count';
  switch (p.at) {
    case 'loop':
      if (s.byte)
        step('hears its pipe', (n, self) => {
          n.byte = false;
          sweepThen(n, self, 'loop', options);
        });
      if (s.blocks > 0)
        might(0, 'blocks', (n, self) => {
          n.blocks--;
          self.at = 'tries first';
        });
      if (s.timeouts > 0 && s.waits.length > 0)
        might(0, 'is out of time', (n, self) => giveUp(n, self, options));
      return;
    case 'tries first':
      if (isFree(on))
        step('tries', (n, self) => {
          const thing = n.things[on] as Thing;
          self.at = thing.items > 0 ? 'loop' : countFirst ? 'counts' : 'begins';
          if (thing.items > 0) thing.items--;
        });
      return;
    case 'begins':
      return step('says FUTEX', (n, self) => {
        if (mutation !== 'the mode stays PIPE while blocking') sayMode(n, true);
        self.at = countFirst ? 'tries' : 'counts';
        if (countFirst) sweepThen(n, self, 'tries', options);
      });
    case 'counts':
      return step('counts its bell', (n, self) => {
        self.seen = n.bell;
        if (countFirst && n.mode !== FUTEX) self.at = 'begins';
        else if (sweepsEarly) self.at = 'tries';
        else sweepThen(n, self, 'tries', options);
      });
    case 'tries':
      if (isFree(on))
        step('tries', (n, self) => {
          self.at = attempt(n, on) ? 'ends' : 'sleeps';
        });
      return;
    case 'sleeps':
      return step('sleeps', (n, self) => {
        if (n.bell === self.seen) self.at = 'asleep';
        else wakeUp(n, self, options);
      });
    case 'asleep':
      if (s.timeouts > 0)
        might(0, 'is out of time', (n, self) => {
          n.timeouts--;
          self.at = 'ends';
          if (mutation === 'a wait that gives up leaves the set') (n.things[on] as Thing).bit = false;
        });
      return;
    case 'ends':
      return step('says how it sleeps from now on', (n, self) => {
        self.seen = 0;
        if (mutation === 'the mode is NONE after blocking') n.mode = NONE;
        else sayMode(n, false);
        if (mutation === 'there is no sweep after blocking') self.at = 'loop';
        else sweepThen(n, self, 'loop', options);
      });
    case 'looks at guard':
      return step('looks at the guard', (n, self) => {
        const isBitFirst = mutation === 'a sweep asks for the bit before the guard';
        if (n.things[0]?.guard !== FREE) self.at = 'serves';
        else self.at = isBitFirst ? self.after : 'looks at bit';
      });
    case 'looks at bit':
      return step('looks at the bit', (n, self) => {
        self.at = n.things[0]?.bit ? self.after : 'serves';
      });
    case 'serves':
      if (isFree(0))
        step('serves', (n, self) => {
          const [need, ...behind] = n.waits;
          if (need === undefined || !attempt(n, 0, need)) self.at = self.after;
          else n.waits = behind;
          if (n.waits.length === 0) sayMode(n, n.mode === FUTEX);
        });
  }
}

/** Goes on after a sleep in the futex. */
export function wakeUp(n: State, p: Person, options: WaitingOptions): void {
  if (options.mutation === 'a sweep comes after the sleep, before the count')
    sweepThen(n, p, 'counts', options);
  else p.at = 'counts';
}

/** The first of the waits is out of time, which it may learn in the loop only. */
function giveUp(n: State, p: Person, { mutation }: WaitingOptions): void {
  n.timeouts--;
  n.waits = n.waits.slice(1);
  if (mutation === 'a wait that gives up leaves the set') (n.things[0] as Thing).bit = false;
  if (n.waits.length === 0) sayMode(n, false);
  else if (mutation !== 'a wait that gives up lets nobody else try') p.at = 'serves';
  p.after = 'loop';
}
