/**
 * The world around bell and wait set: when each step of bell.ts is possible, what can go wrong at any
 * moment, and what is promised all the same.
 *
 *     no lost wake-up   nobody sleeps for ever while what it waits for is possible, or the owner is dead
 *     one owner         two never believe that the lock is theirs
 *     no item lost      every item that was put for good is in the queue or was got, and was got once
 *     nothing left      in the end the lock is free, and nobody dead is left in the wait set
 *
 * Mishaps: kills, time-outs, and newcomers in the slots of the reaped. Left open: the order in which
 * waiters are rung, who reaps, and how many do so at once. To move a bell and to wake its owner are two
 * steps.
 *
 * @module
 */
import {
  type BellMutation,
  goOn,
  NOBODY,
  type Op,
  type Person,
  type Place,
  PLACES,
  type State,
  STEPS,
  UNKNOWN,
} from './bell.ts';
import { crowdKey, type Model, type Offer } from './explore.ts';

export interface Role {
  readonly does: 'take' | 'put' | 'get' | 'close';
  readonly sleepsIn: 'futex' | 'pipe';
  readonly rounds: number;
}

export interface BellOptions {
  readonly people: readonly Role[];
  readonly crashes: number;
  readonly timeouts?: number;
  /** How many newcomers get the slot of a reaped one. */
  readonly births?: number;
  readonly capacity?: number;
  readonly mutation?: BellMutation;
}

const PLACE_CODES = codes(Object.keys(PLACES) as Place[]);
const OP_CODES = codes<Op>(['take', 'give', 'put', 'get', 'close', 'leave', 'reap', 'join']);

export function bellModel(options: BellOptions): Model<Person, State> {
  const { mutation, people, capacity = 1 } = options;
  const isQueue = people.some((p) => p.does === 'put');
  const guarded = mutation !== 'nobody takes the guard';

  function ownMoves(s: State, i: number, can: Offer<Person, State>): void {
    const p = s.people[i] as Person;
    if (p.at === 'ring') return ring(s, i, can, options);
    if (p.at === 'doze' && p.sleepsIn === 'pipe' && !p.byte) return;
    if (p.at === 'enter' && guarded && s.people.some((q) => PLACES[q.at] === 'inside')) return;
    const step = STEPS[p.at];
    if (step) can(i, `${p.at} (${p.op})`, (n, self) => step(n, self, i, options));
  }

  function reaping(s: State, i: number, can: Offer<Person, State>): void {
    for (const [j, other] of s.people.entries())
      if (other.at === 'dead')
        can(i, `learns that ${j + 1} died`, (n, p) => {
          p.resume = p.at === 'asleep' ? 'doze' : p.at;
          p.victim = j;
          p.op = 'reap';
          p.at = 'enter';
          if (mutation === 'reaper frees the slot first') (n.people[j] as Person).at = 'reaped';
        });
  }

  function mishaps(s: State, i: number, might: Offer<Person, State>): void {
    const p = s.people[i] as Person;
    if (s.timeouts > 0 && (p.at === 'doze' || p.at === 'asleep'))
      might(i, 'is out of time', (n, self) => {
        n.timeouts--;
        self.op = 'leave';
        self.at = 'enter';
      });
    if (s.crashes > 0 && PLACES[p.at] !== 'gone' && p.at !== 'done')
      might(i, 'is killed', (n) => {
        n.crashes--;
        n.people[i] = { ...fresh(p, 0), at: 'dead', waits: p.waits, owed: p.owed };
        if (PLACES[p.at] !== 'inside') return;
        n.died = isQueue;
        for (const q of n.people) q.owed = 0;
      });
    if (s.births > 0 && p.at === 'reaped')
      might(i, 'is the slot of a newcomer', (n) => {
        n.births--;
        n.people[i] = { ...fresh(p, 1), waits: p.waits, owed: p.owed };
        if (mutation === 'reaper does not look again') return;
        for (const q of n.people) if (q.victim === i) q.victim = UNKNOWN;
      });
  }

  return {
    start: {
      people: people.map((role) => fresh(role, role.rounds)),
      owner: NOBODY,
      head: 0,
      tail: 0,
      slots: Array<number>(capacity).fill(0),
      count: 0,
      closed: false,
      died: false,
      items: 0,
      put: 0,
      got: 0,
      doubled: false,
      crashes: options.crashes,
      timeouts: options.timeouts ?? 0,
      births: options.births ?? 0,
    },
    copy: (s) => ({ ...s, slots: s.slots.slice(), people: s.people.map((p) => ({ ...p })) }),
    key,
    moves(s, can, might) {
      for (let i = 0; i < s.people.length; i++) {
        ownMoves(s, i, can);
        if (mutation !== 'nobody reaps' && PLACES[(s.people[i] as Person).at] === 'at rest')
          reaping(s, i, can);
        mishaps(s, i, might);
      }
    },
    broken(s) {
      if (s.people.filter((p) => p.owns).length > 1) return 'two owners';
      if (s.doubled) return 'an item was got twice';
      let queued = 0;
      for (let at = s.head; at < s.tail; at++) queued |= 1 << (s.slots[at % capacity] as number);
      if ((s.got | queued) !== s.put) return 'an item is lost';
      return s.got & queued ? 'an item that was got is still in the queue' : undefined;
    },
    stuck: (s) => unkept(s, isQueue, capacity),
    show: (s) => show(s, isQueue),
  };
}

/** Rings one of those who are still to be rung, in two steps. */
function ring(s: State, i: number, can: Offer<Person, State>, options: BellOptions): void {
  const { mutation } = options;
  const halfway = s.people.findIndex((q) => q.owed === 1);
  for (const [j, waiter] of s.people.entries()) {
    if (waiter.owed === 0 || (halfway !== NOBODY && j !== halfway)) continue;
    const moves = (waiter.owed === 2) !== (mutation === 'wakes, then moves the bell');
    can(i, `${moves ? 'moves the bell of' : 'wakes'} ${j + 1}`, (n, p) => {
      const q = n.people[j] as Person;
      if (moves) q.rung = true;
      else if (q.sleepsIn === 'pipe') q.byte = true;
      else if (q.at === 'asleep') q.at = 'doze';
      q.owed--;
      if (q.owed === 0 && mutation === 'rings one') {
        q.waits = false;
        for (const other of n.people) other.owed = 0;
      }
      if (n.people.every((other) => other.owed === 0)) goOn(n, p, options);
    });
  }
}

/** What is not as promised when nobody can do anything any more. */
function unkept(s: State, isQueue: boolean, capacity: number): string | undefined {
  const living = s.people.filter((p) => PLACES[p.at] !== 'gone');
  for (const p of living) {
    if (p.at === 'done') continue;
    if (p.at !== 'asleep' && p.at !== 'doze') return 'cannot go on';
    const isPossible = p.does === 'get' ? s.tail > s.head : s.tail - s.head < capacity;
    if (!isQueue || s.closed || isPossible) return 'lost wake-up: asleep for ever';
  }
  if (living.length === 0) return undefined;
  if (s.owner !== NOBODY) return 'the lock is never free again';
  return s.people.some((p) => PLACES[p.at] === 'gone' && p.waits) ? 'the dead wait for ever' : undefined;
}

function fresh({ does, sleepsIn }: Omit<Role, 'rounds'>, rounds: number): Person {
  return {
    does,
    sleepsIn,
    rounds,
    at: 'idle',
    op: does,
    next: 'done',
    victim: NOBODY,
    resume: 'idle',
    waits: false,
    rung: false,
    byte: false,
    owns: false,
    owed: 0,
    mark: 0,
    item: 0,
  };
}

function codes<T extends string>(names: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name, i) => [name, i])) as Record<T, number>;
}

/** All of the state in a few characters, participants of one role in sorted order. */
function key(s: State): string {
  const looks = s.people.map((p, i) => {
    const role = OP_CODES[p.does] * 2 + (p.sleepsIn === 'pipe' ? 1 : 0);
    const bits =
      (p.waits ? 1 : 0) + (p.rung ? 2 : 0) + (p.byte ? 4 : 0) + (p.owns ? 8 : 0) + (s.owner === i ? 16 : 0);
    return String.fromCharCode(
      role * 64 + p.rounds * 8 + OP_CODES[p.op],
      PLACE_CODES[p.at] + 32 * PLACE_CODES[p.next] + 1024 * PLACE_CODES[p.resume],
      bits + 32 * p.owed + 128 * (p.victim === UNKNOWN ? 1 : 0),
      p.mark * 32 + p.item,
    );
  });
  const flags = (s.closed ? 1 : 0) + (s.died ? 2 : 0) + (s.doubled ? 4 : 0);
  const budgets = s.crashes + 8 * s.timeouts + 64 * s.births;
  const shared = String.fromCharCode(
    flags,
    budgets,
    s.head,
    s.tail,
    s.count,
    s.items,
    s.put,
    s.got,
    ...s.slots,
  );
  const victims = s.people.map((p) => p.victim);
  return shared + crowdKey(looks, victims);
}

function show(s: State, isQueue: boolean): string {
  const names = (belongs: (p: Person) => boolean): string =>
    s.people.flatMap((p, i) => (belongs(p) ? [i + 1] : [])).join(',') || '-';
  const value = isQueue
    ? `head ${s.head} tail ${s.tail} count ${s.count}${s.died ? ' died' : ''}`
    : `owner ${s.owner === NOBODY ? '-' : s.owner + 1}`;
  return `${value}${s.closed ? ' closed' : ''} waits ${names((p) => p.waits)} rung ${names((p) => p.rung)}`;
}
