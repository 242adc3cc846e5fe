/**
 * Model of a condition: those who wait, and those who notify them, safe against a kill at any store.
 *
 *     come      my record: I wait
 *     look      told: go for the lock. Else: my bit into the wait set, sleep
 *     lock      I have it again: my record: nothing (only now)
 *     leave     out of time: told after all: go for the lock. Else my record: nothing
 *     notify    for one who waits and lives: ring him, if he sleeps; clear his bit; his record: told (the commit)
 *     reap      if the dead was told: notify another; then the record of the dead: nothing
 *
 * What is promised: each notification that is given to somebody ends a wait, or meets nobody who waits when its
 * receiver dies; and no wait ends that was not notified, but for one more for each reaper that dies.
 *
 * An operation is one step, as the guard lets one in at a time, and is cut short at each store (stores.ts). How a ring
 * wakes who sleeps is bell.ts. Each participant has one wait: that a thread may have several, and which of them go,
 * is a matter of that thread alone.
 *
 * @module
 */
import { crowdKey, type Crowd, type Model, type Offer } from './explore.ts';
import { offerCut, type Stores } from './stores.ts';

export type ConditionMutation =
  | 'who is told is rung after it'
  | 'the bit is cleared before the ring'
  | 'the dead are buried with what they were told'
  | 'a reaper takes from the dead before it gives'
  | 'a wait ends when it is told'
  | 'who gives up takes along what it was told'
  | 'a notification goes to whoever died';

export interface ConditionOptions {
  readonly waiters: number;
  /** For each who notifies, how many at once, and how often. */
  readonly notifiers: readonly (readonly number[])[];
  readonly crashes: number;
  readonly giveUps?: number;
  readonly mutation?: ConditionMutation;
}

export interface Person {
  at: 'comes' | 'looks' | 'asleep' | 'leaves' | 'told' | 'out' | 'gone' | 'notifies' | 'dead' | 'buried';
  record: '' | 'waits' | 'told';
  bit: boolean;
  /** Of one who notifies: how many of its steps are done. */
  done: number;
}

export interface State extends Crowd<Person> {
  crashes: number;
  giveUps: number;
  /** Notifications that were given, and have neither ended a wait nor met nobody. */
  owed: number;
  /** How many more there may be, as a reaper died between giving and taking. */
  extra: number;
}

export function conditionModel(options: ConditionOptions): Model<Person, State> {
  const person = (at: Person['at']): Person => ({ at, record: '', bit: false, done: 0 });
  return {
    start: {
      people: [
        ...Array.from({ length: options.waiters }, () => person('comes')),
        ...options.notifiers.map(() => person('notifies')),
      ],
      crashes: options.crashes,
      giveUps: options.giveUps ?? 0,
      owed: 0,
      extra: 0,
    },
    copy: (s) => ({ ...s, people: s.people.map((p) => ({ ...p })) }),
    key: (s) => {
      const { waiters } = options;
      const looks = s.people
        .slice(0, waiters)
        .map(({ at, record, bit }) => `${at}${record}${bit ? '*' : ''}`);
      const others = s.people.slice(waiters).map(({ at, done }) => `${at}${done}`);
      return [s.crashes, s.giveUps, s.owed, s.extra, others, crowdKey(looks, [])].join('|');
    },
    moves: (s, can, might) => moves(s, can, might, options),
    broken: (s) => (s.owed + s.extra < 0 ? 'a wait ends that was not notified' : undefined),
    stuck: (s) =>
      s.owed > 0 && s.people.some(({ at }) => at === 'asleep') ? 'a notification is lost' : undefined,
    show: (s) => `owed ${s.owed} records ${s.people.map(({ record }) => record || '-').join(' ')}`,
  };
}

const isDead = ({ at }: Person): boolean => at === 'dead' || at === 'buried';

function moves(
  s: State,
  can: Offer<Person, State>,
  might: Offer<Person, State>,
  options: ConditionOptions,
): void {
  const { mutation } = options;
  const offer = (who: number, what: string, act: (n: State, self: Person, stores: Stores) => void): void =>
    offerCut(who, what, { can, might: s.crashes > 0 ? might : undefined, act, die });
  for (const [i, p] of s.people.entries()) {
    if (p.at === 'comes')
      offer(i, 'comes', (_n, self, stores) => {
        stores.set(self, 'record', 'waits');
        self.at = 'looks';
      });
    if (p.at === 'looks') offer(i, 'looks', (_n, self, stores) => look(self, stores, options));
    if (p.at === 'leaves') offer(i, 'leaves', (_n, self, stores) => leave(self, stores, options));
    if (p.at === 'told')
      offer(i, 'has the lock', (n, self, stores) => {
        stores.set(self, 'record', '');
        n.owed--;
        self.at = 'out';
      });
    if (p.at === 'asleep' && s.giveUps > 0)
      might(i, 'is out of time', (n, self) => {
        n.giveUps--;
        self.at = 'leaves';
      });
    if ((p.at === 'asleep' || p.at === 'told') && s.crashes > 0) might(i, `is killed ${p.at}`, die);
    const count = options.notifiers[i - options.waiters]?.[p.done];
    if (p.at === 'notifies' && count !== undefined)
      offer(i, `notifies ${count}`, (n, self, stores) => {
        for (let told = 0; told < count && tellOne(n, stores, mutation); told++) n.owed++;
        self.done++;
      });
    if (isDead(p)) continue;
    for (const [other, dead] of s.people.entries())
      if (dead.at === 'dead')
        offer(i, `reaps ${other}`, (n, _self, stores) => {
          reap(n, n.people[other] as Person, stores, mutation);
        });
  }
}

function die(n: State, self: Person): void {
  n.crashes--;
  self.at = 'dead';
}

function look(self: Person, stores: Stores, { mutation }: ConditionOptions): void {
  if (self.record === 'told') {
    if (mutation === 'a wait ends when it is told') stores.set(self, 'record', '');
    self.at = 'told';
    return;
  }
  stores.set(self, 'bit', true);
  self.at = 'asleep';
}

function leave(self: Person, stores: Stores, { mutation }: ConditionOptions): void {
  if (self.record === 'told' && mutation !== 'who gives up takes along what it was told') {
    self.at = 'told';
    return;
  }
  stores.set(self, 'record', '');
  self.at = 'gone';
}

/** Notifies one who waits; false if there is none. */
function tellOne(n: State, stores: Stores, mutation: ConditionMutation | undefined): boolean {
  const mayBeDead = mutation === 'a notification goes to whoever died';
  const one = n.people.find((p) => p.record === 'waits' && (mayBeDead ? p.at !== 'buried' : !isDead(p)));
  if (!one) return false;
  const commits = (): void => stores.set(one, 'record', 'told');
  const rings = (): void => {
    if (!one.bit) return;
    if (mutation === 'the bit is cleared before the ring') stores.set(one, 'bit', false);
    stores.next();
    if (one.at === 'asleep') one.at = 'looks';
    if (one.bit) stores.set(one, 'bit', false);
  };
  const isLate = mutation === 'who is told is rung after it';
  if (!isLate) rings();
  commits();
  if (isLate) {
    n.owed++; // it counts from the commit on, also if the ring does not come
    rings();
    n.owed--;
  }
  return true;
}

function reap(n: State, dead: Person, stores: Stores, mutation: ConditionMutation | undefined): void {
  const wasTold = dead.record === 'told';
  const takesFirst = mutation === 'a reaper takes from the dead before it gives';
  const take = (): void => stores.set(dead, 'record', '');
  if (takesFirst) take();
  let isGiven = false;
  if (wasTold && mutation !== 'the dead are buried with what they were told') {
    isGiven = tellOne(n, stores, undefined);
    if (isGiven && !takesFirst) n.extra++; // until it is taken from the dead
  }
  if (!takesFirst) take();
  if (wasTold && isGiven && !takesFirst) n.extra--;
  const meetsNobody = !n.people.some((p) => p.record === 'waits' && !isDead(p));
  if (wasTold && !isGiven && meetsNobody) n.owed--;
  stores.set(dead, 'at', 'buried');
}
