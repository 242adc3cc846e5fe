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
import type { Crowd, Model, Offer } from './explore.ts';

const NONE = 0;
const FUTEX = 1;
const PIPE = 2;
const FREE = -1;

export type WaitingMutation =
  | 'a sweep asks for the bit alone'
  | 'a sweep asks for the bit before the guard'
  | 'a sweep comes after the sleep, before the count'
  | 'there is no sweep after blocking'
  | 'the mode stays PIPE while blocking'
  | 'the mode is NONE after blocking'
  | 'the mode is said after the count'
  | 'a ringer looks at the mode, then counts'
  | 'a ringer clears the bit, then rings'
  | 'a wait that gives up leaves the set'
  | 'a wait that gives up lets nobody else try';

export interface WaitingOptions {
  /** How many waits the event loop has, all on object 0. */
  readonly waits: number;
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
type Place = (typeof PLACES)[number];

interface Person {
  at: Place;
  /** Where the thread goes after a sweep. */
  then: Place;
  /** The bell as the thread counted it; the mode as a ringer found it. */
  seen: number;
}

interface Thing {
  guard: number;
  bit: boolean;
  items: number;
}

interface State extends Crowd<Person> {
  readonly things: Thing[];
  bell: number;
  mode: number;
  byte: boolean;
  waits: number;
  blocks: number;
  timeouts: number;
}

type MyOffer = Offer<Person, State>;

export function waitingModel(options: WaitingOptions): Model<Person, State> {
  const { mutation, on, ringers } = options;

  /** Tries to take an item; if there is none, joins the wait set. */
  function attempt(n: State, object: 0 | 1): boolean {
    const thing = n.things[object] as Thing;
    if (thing.items > 0) thing.items--;
    else {
      thing.bit = true;
      return false;
    }
    return true;
  }

  function sweepThen(n: State, p: Person, then: Place): void {
    p.then = then;
    p.at = n.waits === 0 ? then : 'looks at guard';
    if (p.at === 'looks at guard' && mutation === 'a sweep asks for the bit alone') p.at = 'looks at bit';
  }

  function sayMode(n: State, isBlocking: boolean): void {
    n.mode = isBlocking ? FUTEX : n.waits > 0 ? PIPE : NONE;
  }

  function thread(s: State, can: MyOffer, might: MyOffer): void {
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
            sweepThen(n, self, 'loop');
          });
        if (s.blocks > 0)
          might(0, 'blocks', (n, self) => {
            n.blocks--;
            self.at = 'tries first';
          });
        if (s.timeouts > 0 && s.waits > 0) might(0, 'is out of time', giveUp);
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
          if (countFirst) sweepThen(n, self, 'tries');
        });
      case 'counts':
        return step('counts its bell', (n, self) => {
          self.seen = n.bell;
          if (countFirst && n.mode !== FUTEX) self.at = 'begins';
          else if (sweepsEarly) self.at = 'tries';
          else sweepThen(n, self, 'tries');
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
          else wakeUp(n, self);
        });
      case 'ends':
        return step('says how it sleeps from now on', (n, self) => {
          self.seen = 0;
          if (mutation === 'the mode is NONE after blocking') n.mode = NONE;
          else sayMode(n, false);
          if (mutation === 'there is no sweep after blocking') self.at = 'loop';
          else sweepThen(n, self, 'loop');
        });
      case 'looks at guard':
        return step('looks at the guard', (n, self) => {
          const isBitFirst = mutation === 'a sweep asks for the bit before the guard';
          if (n.things[0]?.guard !== FREE) self.at = 'serves';
          else self.at = isBitFirst ? self.then : 'looks at bit';
        });
      case 'looks at bit':
        return step('looks at the bit', (n, self) => {
          self.at = n.things[0]?.bit ? self.then : 'serves';
        });
      case 'serves':
        if (isFree(0))
          step('serves', (n, self) => {
            if (!attempt(n, 0)) self.at = self.then;
            else if (--n.waits === 0) {
              sayMode(n, n.mode === FUTEX);
              self.at = self.then;
            }
          });
    }
  }

  function wakeUp(n: State, p: Person): void {
    if (mutation === 'a sweep comes after the sleep, before the count') sweepThen(n, p, 'counts');
    else p.at = 'counts';
  }

  /** The first of the waits is out of time, which it may learn in the loop only. */
  function giveUp(n: State, p: Person): void {
    n.timeouts--;
    n.waits--;
    if (mutation === 'a wait that gives up leaves the set') (n.things[0] as Thing).bit = false;
    if (n.waits === 0) sayMode(n, false);
    else if (mutation !== 'a wait that gives up lets nobody else try') p.at = 'serves';
    p.then = 'loop';
  }

  function ringer(s: State, i: number, can: MyOffer, might: MyOffer): void {
    const p = s.people[i] as Person;
    const object = ringers[i - 1] as 0 | 1;
    const step = (what: string, then: Place, change: (n: State, p: Person) => void): void =>
      can(i, `${what} ${object}`, (n, self) => {
        self.at = then;
        change(n, self);
      });
    const thing = s.things[object] as Thing;
    const asksFirst = mutation === 'a ringer looks at the mode, then counts';
    const clearsFirst = mutation === 'a ringer clears the bit, then rings';
    const afterRing = clearsFirst ? 'commits' : 'clears';
    const ask = (n: State, self: Person): void => {
      self.seen = n.mode;
    };
    const count = (n: State): void => {
      n.bell++;
    };
    switch (p.at) {
      case 'arrives':
        // It may never come: nobody who waits for the other one must need it.
        return might(i, `is about to put into ${object}`, (_, self) => {
          self.at = 'enters';
        });
      case 'enters':
        if (thing.guard === FREE)
          step('enters', thing.bit ? (clearsFirst ? 'clears' : asksFirst ? 'asks' : 'rings') : 'commits', (n) => {
            (n.things[object] as Thing).guard = i;
          });
        return;
      case 'rings':
        return step('counts for', asksFirst ? 'wakes' : 'asks', count);
      case 'asks':
        return step('looks at the mode for', asksFirst ? 'rings' : 'wakes', ask);
      case 'wakes':
        return step('wakes for', afterRing, (n, self) => {
          const sleeper = n.people[0] as Person;
          if (self.seen === PIPE) n.byte = true;
          else if (self.seen === FUTEX && sleeper.at === 'asleep') wakeUp(n, sleeper);
          self.seen = 0;
        });
      case 'clears':
        return step('clears the bit of', clearsFirst ? 'rings' : 'commits', (n) => {
          (n.things[object] as Thing).bit = false;
        });
      case 'commits':
        return step('puts an item into', 'gone', (n) => {
          (n.things[object] as Thing).items++;
          (n.things[object] as Thing).guard = FREE;
        });
    }
  }

  return {
    start: {
      people: [
        { at: 'loop', then: 'loop', seen: 0 },
        ...ringers.map((): Person => ({ at: 'arrives', then: 'gone', seen: 0 })),
      ],
      things: [0, 1].map((object) => ({ guard: FREE, bit: object === 0 && options.waits > 0, items: 0 })),
      bell: 0,
      mode: options.waits > 0 ? PIPE : NONE,
      byte: false,
      waits: options.waits,
      blocks: options.blocks,
      timeouts: options.timeouts ?? 0,
    },
    copy: (s) => ({
      ...s,
      things: s.things.map((thing) => ({ ...thing })),
      people: s.people.map((p) => ({ ...p })),
    }),
    key: (s) => JSON.stringify(s),
    moves(s, can, might) {
      thread(s, can, might);
      for (let i = 1; i < s.people.length; i++) ringer(s, i, can, might);
    },
    broken: () => undefined,
    stuck(s) {
      const [first, second] = s.things as [Thing, Thing];
      if (s.waits > 0 && first.items > 0) return 'a wait of the event loop is never served';
      const blocked = s.people[0]?.at === 'asleep';
      return blocked && (on === 0 ? first : second).items > 0 ? 'the thread blocks for ever' : undefined;
    },
    show: (s) => {
      const things = s.things.map(({ guard, bit, items }) => `${guard < 0 ? '-' : guard + 1}${bit ? ' bit' : ''} ${items}`);
      return `bell ${s.bell} mode ${s.mode}${s.byte ? ' byte' : ''} waits ${s.waits} | ${things.join(' | ')}`;
    },
  };
}
