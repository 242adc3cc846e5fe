/**
 * Model of bell and wait set: how every waiting object sleeps and wakes, safe against a kill at any step.
 *
 * Nobody sleeps on an object. A participant puts itself into the object's wait set and sleeps on its own
 * bell; whoever changes the object first rings all who wait for such a change:
 *
 *     wait     note my bell                                              idle
 *              take the guard; repair if its last owner died inside      enter, repair
 *              possible? then change it; else join the wait set, unlock  look
 *              sleep until my bell has moved (futex); or, when a byte    doze, asleep
 *              has come, if the guard is taken or, asked after that, I   ask
 *              am out of the set (event loop); then all over again
 *     change   (guard held) ring each that waits: move its bell, wake it ring
 *              empty the wait set                                        clear
 *              write what nobody looks at yet; the one store that counts write, commit
 *              bring up to date what is derived; unlock                  count, unlock
 *     leave    out of time: take the guard, leave the wait set, unlock
 *     reap     whoever learns of a death while at rest: take the guard; look whether this death is still to
 *              be reaped; if the dead owns the lock, change it to free, else only take the dead out of the
 *              wait set; unlock; and last of all free the slot of the dead    bury
 *
 * Two objects. A lock has an owner, whose death the reaper must undo. A queue has head, tail and slots;
 * `count` stands for all that an object keeps besides the word that commits, and is what repair derives
 * anew. Putting rings the takers, taking rings the putters; closing rings all.
 *
 * The guard is taken as proved (guard.ts). A bell is a word that counts up, but only "moved since I noted
 * it" matters: `rung`. Not here: several waits of one thread (waiting.ts). When each step is possible, what
 * can go wrong, what is promised: bell-world.ts.
 *
 * @module
 */
import type { BellOptions, Role } from './bell-world.ts';
import type { Crowd } from './explore.ts';

/** Where a participant can be, named by the step it takes next. */
export const PLACES = {
  idle: 'at rest',
  doze: 'at rest',
  asleep: 'at rest',
  own: 'at rest',
  done: 'at rest',
  note: 'outside',
  ask: 'outside',
  enter: 'outside',
  bury: 'outside',
  repair: 'inside',
  look: 'inside',
  ring: 'inside',
  clear: 'inside',
  write: 'inside',
  commit: 'inside',
  count: 'inside',
  unlock: 'inside',
  dead: 'gone',
  reaped: 'gone',
} as const;
export type Place = keyof typeof PLACES;
export type Op = 'take' | 'give' | 'put' | 'get' | 'close' | 'leave' | 'reap' | 'join';

export type BellMutation =
  | 'commits, then rings'
  | 'clears, then rings'
  | 'wakes, then moves the bell'
  | 'rings one'
  | 'skips a bell that has moved already'
  | 'looks outside the guard'
  | 'notes its bell after joining, inside the guard'
  | 'notes its bell after joining, outside the guard'
  | 'asks in its event loop whether it is still in the wait set'
  | 'asks that before it asks for the guard'
  | 'stays in the wait set when out of time'
  | 'nobody repairs'
  | 'nobody takes the guard'
  | 'nobody reaps'
  | 'reaper frees without ringing'
  | 'reaper frees the slot first'
  | 'reaper does not look again'
  | 'reaper leaves the dead in the wait set';

export interface Person {
  readonly does: Role['does'];
  readonly sleepsIn: Role['sleepsIn'];
  rounds: number;
  at: Place;
  op: Op;
  /** Where to go after unlocking. */
  next: Place;
  /** Whose death a reaper reaps (UNKNOWN: its slot has a new generation since), and where it goes then. */
  victim: number;
  resume: Place;
  /** In the wait set, which is in shared memory and outlives us. */
  waits: boolean;
  rung: boolean;
  byte: boolean;
  /** The lock is mine, as I believe. */
  owns: boolean;
  /** What the one inside still has to do to ring this one: 2 steps, 1 or none. */
  owed: number;
  /** Head or tail as it was on looking, and the item in hand. */
  mark: number;
  item: number;
}

export interface State extends Crowd<Person> {
  owner: number;
  head: number;
  tail: number;
  slots: number[];
  count: number;
  closed: boolean;
  /** The guard's last owner died inside. */
  died: boolean;
  /** Items ever written, put for good and got (as sets of bits), and whether one was got twice. */
  items: number;
  put: number;
  got: number;
  doubled: boolean;
  crashes: number;
  timeouts: number;
  births: number;
}

export const NOBODY = -1;
export const UNKNOWN = -2;

const STAGES: readonly Place[] = ['look', 'ring', 'clear', 'write', 'commit', 'count', 'unlock'];
const OTHER_STAGES: { readonly [M in BellMutation]?: readonly Place[] } = {
  'commits, then rings': ['look', 'write', 'commit', 'count', 'ring', 'clear', 'unlock'],
  'clears, then rings': ['look', 'clear', 'ring', 'write', 'commit', 'count', 'unlock'],
};

/** Goes on to the next stage of a change that has anything to do. */
export function goOn(s: State, p: Person, { mutation }: BellOptions): void {
  const stages = (mutation && OTHER_STAGES[mutation]) ?? STAGES;
  const hasWork = (stage: Place): boolean => {
    if (stage === 'ring') return s.people.some((q) => q.owed > 0);
    if (stage === 'clear') return mutation !== 'rings one' && s.people.some((q) => q.waits && concerns(p, q));
    if (stage === 'write') return p.op === 'put';
    return stage !== 'count' || p.op === 'put' || p.op === 'get';
  };
  p.at = stages.slice(stages.indexOf(p.at) + 1).find(hasWork) ?? 'unlock';
}

function change(s: State, p: Person, options: BellOptions, next: Place): void {
  const { mutation } = options;
  p.next = next;
  for (const q of s.people) {
    if (!q.waits || !concerns(p, q)) continue;
    if (p.op === 'reap' && mutation === 'reaper frees without ringing') continue;
    if (q.rung && mutation === 'skips a bell that has moved already') continue;
    q.owed = 2;
  }
  goOn(s, p, options);
}

/** Does this one's change make possible what the other may wait for? */
function concerns({ op }: Person, other: Person): boolean {
  if (op === 'take') return false;
  return op === 'put' ? other.does === 'get' : op === 'get' ? other.does === 'put' : true;
}

function isPossible(s: State, { does }: Person, { capacity = 1 }: BellOptions): boolean {
  if (does === 'get') return s.count > 0;
  return !s.closed && (does === 'put' ? s.count < capacity : does === 'close' || s.owner === NOBODY);
}

function lookAtDeath(s: State, p: Person, options: BellOptions): void {
  const { mutation } = options;
  const victim = s.people[p.victim];
  const trusts = mutation === 'reaper does not look again' || mutation === 'reaper frees the slot first';
  if (!victim || (victim.at !== 'dead' && !trusts)) return unlockThen(p, p.resume);
  if (s.owner === p.victim) return change(s, p, options, 'bury');
  if (mutation !== 'reaper leaves the dead in the wait set') victim.waits = false;
  unlockThen(p, 'bury');
}

type Step = (s: State, p: Person, i: number, options: BellOptions) => void;

/** What each step does. Ringing is not here, as it is many steps: see bell-world.ts. */
export const STEPS: { readonly [P in Place]?: Step } = {
  idle(s, p, _i, options) {
    const { mutation } = options;
    p.op = mutation === 'looks outside the guard' && !isPossible(s, p, options) ? 'join' : p.does;
    if (!mutation?.startsWith('notes')) p.rung = false;
    p.at = 'enter';
  },
  enter(s, p, _i, { mutation }) {
    p.at = s.died && mutation !== 'nobody repairs' ? 'repair' : 'look';
    s.died = false;
  },
  repair(s, p) {
    s.count = s.tail - s.head;
    p.at = 'look';
  },
  look(s, p, _i, options) {
    const { mutation } = options;
    if (p.op === 'reap') return lookAtDeath(s, p, options);
    if (p.op === 'give' || p.op === 'close') return change(s, p, options, 'done');
    if (p.op === 'leave') {
      if (mutation !== 'stays in the wait set when out of time') p.waits = false;
      return unlockThen(p, 'done');
    }
    p.mark = p.op === 'put' ? s.tail : p.op === 'get' ? s.head : 0;
    if (p.op !== 'join') {
      if (isPossible(s, p, options)) return change(s, p, options, p.op === 'take' ? 'own' : 'done');
      if (s.closed) return unlockThen(p, 'done');
    }
    p.waits = true;
    if (mutation === 'notes its bell after joining, inside the guard') p.rung = false;
    unlockThen(p, mutation === 'notes its bell after joining, outside the guard' ? 'note' : 'doze');
  },
  clear(s, p, _i, options) {
    for (const q of s.people) if (concerns(p, q)) q.waits = false;
    goOn(s, p, options);
  },
  write(s, p, _i, options) {
    p.item = s.items++;
    s.slots[p.mark % s.slots.length] = p.item;
    goOn(s, p, options);
  },
  commit(s, p, i, options) {
    if (p.op === 'take') s.owner = i;
    else if (p.op === 'give' || p.op === 'reap') s.owner = NOBODY;
    else if (p.op === 'close') s.closed = true;
    else if (p.op === 'put') {
      s.tail = p.mark + 1;
      s.put |= 1 << p.item;
    } else {
      const bit = 1 << (s.slots[p.mark % s.slots.length] as number);
      s.doubled ||= (s.got & bit) !== 0;
      s.got |= bit;
      s.head = p.mark + 1;
    }
    if (p.op === 'take' || p.op === 'give') p.owns = p.op === 'take';
    goOn(s, p, options);
  },
  count(s, p, _i, options) {
    s.count = s.tail - s.head;
    goOn(s, p, options);
  },
  unlock(_s, p) {
    const { next, op } = p;
    p.next = 'done';
    p.mark = p.item = 0;
    if (next === 'bury') p.at = next;
    else rest(p, next);
    if (op === 'reap' || next !== 'done') return;
    p.rounds--;
    p.rung = false;
    if (p.rounds > 0) p.at = 'idle';
  },
  note(_s, p) {
    p.rung = false;
    p.at = 'doze';
  },
  doze(s, p, _i, { mutation }) {
    p.byte = false;
    if (p.sleepsIn === 'futex') p.at = p.rung ? 'idle' : 'asleep';
    else if (mutation === 'asks in its event loop whether it is still in the wait set') askSet(p, 'doze');
    else if (mutation === 'asks that before it asks for the guard') askSet(p, 'ask');
    else p.at = guardIsTaken(s) ? 'idle' : 'ask';
  },
  ask(s, p, _i, { mutation }) {
    if (mutation === 'asks that before it asks for the guard') p.at = guardIsTaken(s) ? 'idle' : 'doze';
    else askSet(p, 'doze');
  },
  own(_s, p) {
    p.op = 'give';
    p.at = 'enter';
  },
  bury(s, p) {
    const victim = s.people[p.victim];
    if (victim?.at === 'dead') victim.at = 'reaped';
    rest(p, p.resume);
  },
};

function guardIsTaken(s: State): boolean {
  return s.died || s.people.some((p) => PLACES[p.at] === 'inside');
}

function askSet(p: Person, ifStillIn: Place): void {
  p.at = p.waits ? ifStillIn : 'idle';
}

function unlockThen(p: Person, next: Place): void {
  p.next = next;
  p.at = 'unlock';
}

/** Back to what one does when not reaping or leaving. */
function rest(p: Person, place: Place): void {
  p.at = place;
  p.op = p.does;
  p.victim = NOBODY;
  p.resume = 'idle';
}
