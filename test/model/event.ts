/**
 * Model of an event: those who wait, and those who set and clear it, safe against a kill at any store.
 *
 *     come      remember the number of changes; if it is odd, the event is set: go on
 *     look      another number than mine: go on. Else: my bit into the wait set, sleep
 *     set       even: ring all sleepers; clear the set; changes + 1 (the commit)
 *     clear     odd: changes + 1 (the commit)
 *
 * What is promised: whoever waited when the event was set goes on, though it be cleared before he looks; and nobody
 * goes on who came while it was not set, and never saw it set.
 *
 * An operation is one step, cut short at each store (stores.ts). Coming is a load outside the guard, a step of its
 * own. How a ring wakes who sleeps is bell.ts.
 *
 * @module
 */
import type { Crowd, Model, Offer } from './explore.ts';
import { offerCut, type Stores } from './stores.ts';

export type EventMutation =
  | 'it is set before the ring'
  | 'the set is cleared before the ring'
  | 'a waiter looks only whether it is set'
  | 'a waiter remembers anew at each look'
  | 'clear counts no change';

export interface EventOptions {
  readonly waiters: number;
  /** For each who changes it, what he does. */
  readonly changers: readonly (readonly ('set' | 'clear')[])[];
  readonly crashes: number;
  readonly mutation?: EventMutation;
}

export interface Person {
  at: 'comes' | 'looks' | 'asleep' | 'went on' | 'changes' | 'dead';
  /** Of one who changes it: how many of his steps are done. */
  done: number;
  bit: boolean;
  /** The number of changes that it came with, as it remembers. */
  knows: number;
  /** Whether the event was set while it waited. */
  due: boolean;
}

export interface State extends Crowd<Person> {
  changes: number;
  crashes: number;
  fault: string;
}

const isSet = (changes: number): boolean => changes % 2 === 1;

export function eventModel(options: EventOptions): Model<Person, State> {
  const person = (at: Person['at']): Person => ({ at, done: 0, bit: false, knows: 0, due: false });
  const waiters = Array.from({ length: options.waiters }, () => person('comes'));
  return {
    start: {
      people: [...waiters, ...options.changers.map(() => person('changes'))],
      changes: 0,
      crashes: options.crashes,
      fault: '',
    },
    copy: (s) => ({ ...s, people: s.people.map((p) => ({ ...p })) }),
    key: (s) => JSON.stringify(s),
    moves: (s, can, might) => moves(s, can, might, options),
    broken: (s) => s.fault || undefined,
    stuck: (s) =>
      s.people.some(({ at, due }) => at === 'asleep' && due) ? 'a waiter is forgotten' : undefined,
    show: (s) => `changes ${s.changes} bits ${s.people.map(({ bit }) => (bit ? '*' : '-')).join('')}`,
  };
}

function moves(
  s: State,
  can: Offer<Person, State>,
  might: Offer<Person, State>,
  options: EventOptions,
): void {
  const offer = (who: number, what: string, act: (n: State, self: Person, stores: Stores) => void): void =>
    offerCut(who, what, { can, might: s.crashes > 0 ? might : undefined, act, die });
  for (const [i, p] of s.people.entries()) {
    if (p.at === 'comes')
      can(i, 'comes', (n, self) => {
        self.knows = n.changes;
        self.at = isSet(n.changes) ? 'went on' : 'looks';
      });
    if (p.at === 'looks') offer(i, 'looks', (n, self, stores) => look(n, self, stores, options));
    if (p.at === 'asleep' && s.crashes > 0) might(i, 'is killed asleep', die);
    const next = options.changers[i - options.waiters]?.[p.done];
    if (p.at === 'changes' && next !== undefined)
      offer(i, next, (n, self, stores) => {
        if (next === 'set') set(n, stores, options);
        else if (isSet(n.changes)) {
          const counts = options.mutation !== 'clear counts no change';
          stores.set(n, 'changes', n.changes + (counts ? 1 : -1));
        }
        self.done++;
      });
  }
}

function die(n: State, self: Person): void {
  n.crashes--;
  self.at = 'dead';
}

function look(n: State, self: Person, stores: Stores, { mutation }: EventOptions): void {
  const goesOn =
    mutation === 'a waiter looks only whether it is set' ? isSet(n.changes) : n.changes !== self.knows;
  if (goesOn) {
    if (!self.due) n.fault = 'a waiter goes on though it was never set';
    self.at = 'went on';
    return;
  }
  stores.set(self, 'bit', true);
  self.at = 'asleep';
}

function set(n: State, stores: Stores, { mutation }: EventOptions): void {
  if (isSet(n.changes)) return;
  const isEarly = mutation === 'it is set before the ring';
  const clearsFirst = mutation === 'the set is cleared before the ring';
  if (isEarly) commit(n, stores);
  const rung = n.people.filter(({ bit }) => bit);
  if (clearsFirst) for (const p of rung) stores.set(p, 'bit', false);
  for (const p of rung) {
    stores.next();
    if (p.at !== 'asleep') continue;
    p.at = 'looks';
    if (mutation === 'a waiter remembers anew at each look') p.knows = n.changes + 1;
  }
  if (!clearsFirst) for (const p of rung) stores.set(p, 'bit', false);
  if (!isEarly) commit(n, stores);
}

function commit(n: State, stores: Stores): void {
  stores.set(n, 'changes', n.changes + 1);
  for (const p of n.people) if (p.at === 'looks' || p.at === 'asleep') p.due = true;
}
