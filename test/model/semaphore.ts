/**
 * Model of a semaphore: permits that are taken, waited for, given back and taken from the dead, safe against a kill
 * at any store.
 *
 *     take      free > 0: held by me + 1 (the commit); free − 1. Else: my bit into the wait set, sleep
 *     give      ring all sleepers; clear the set; held by me − 1 (the commit); free + 1
 *     reap      held by the dead: ring; clear; held by him := 0 (the commit); free := all − held
 *     repair    whoever enters after a death inside: free := all − held
 *
 * With `owned` false it is the plain Semaphore: `free` is all there is, and its store is the commit; nothing is
 * reaped. An operation is one step, as the guard lets one in at a time, and is cut short at each store (stores.ts).
 * A ring wakes who sleeps: how, and that he cannot miss it, is bell.ts.
 *
 * With `fair`, who finds none draws a ticket, and is served only when his is the lowest. Who is served and leaves
 * permits rings all first, as do those who go out of the line: by giving up, or by being reaped.
 *
 * What is promised:
 *
 *     never too many    inside are at most as many as there are permits
 *     none lost         when all have gone, all permits are free; of a plain one, all but those of the dead
 *     nobody forgotten  nobody sleeps while a permit is free and nobody is on his way to it
 *     derived words     whenever the guard is free and clean: free is what `held` says
 *
 * @module
 */
import { crowdKey, type Crowd, type Model, type Offer } from './explore.ts';
import { offerCut, type Stores } from './stores.ts';

export type SemaphoreMutation =
  | 'permits are given back before the ring'
  | 'the set is cleared before the ring'
  | 'repair does not add up'
  | 'free changes before the commit, and repair does not add up'
  | 'the permits of the dead come back before the ring'
  | 'the dead are buried with their permits'
  | 'what is free is not counted after a reaping'
  | 'only one sleeper is rung'
  | 'who is served does not ring for the next'
  | 'who gives up does not ring for the next'
  | 'who gives up keeps his ticket'
  | 'the dead keep their tickets';

export interface SemaphoreOptions {
  readonly people: number;
  readonly rounds: number;
  readonly permits: number;
  readonly owned: boolean;
  readonly fair?: boolean;
  readonly crashes: number;
  readonly giveUps?: number;
  /** There are no permits at first; one more participant gives so many at once, and who takes one keeps it. */
  readonly gift?: number;
  readonly mutation?: SemaphoreMutation;
}

export interface Person {
  at: 'gives' | 'tries' | 'joins' | 'asleep' | 'leaves' | 'inside' | 'gone' | 'dead' | 'buried';
  round: number;
  held: number;
  bit: boolean;
  /** Its place in the line, 0 for none. */
  ticket: number;
}

export interface State extends Crowd<Person> {
  free: number;
  /** Whether the last owner of the guard died inside. */
  broken: boolean;
  crashes: number;
  giveUps: number;
  /** The last ticket that was drawn. */
  last: number;
  /** How many died with a permit of a plain semaphore, or on the way to or from one. */
  mayBeLost: number;
}

const isDead = ({ at }: Person): boolean => at === 'dead' || at === 'buried';

export function semaphoreModel(options: SemaphoreOptions): Model<Person, State> {
  const { people, permits, owned } = options;
  const start: Person = { at: 'tries', round: 0, held: 0, bit: false, ticket: 0 };
  return {
    start: {
      people: [
        ...Array.from({ length: people }, () => ({ ...start })),
        ...(options.gift ? [{ ...start, at: 'gives' as const }] : []),
      ],
      free: options.gift ? 0 : permits,
      broken: false,
      crashes: options.crashes,
      giveUps: options.giveUps ?? 0,
      last: 0,
      mayBeLost: 0,
    },
    copy: (s) => ({ ...s, people: s.people.map((p) => ({ ...p })) }),
    key: (s) =>
      [
        s.free,
        s.broken ? 'b' : '',
        s.crashes,
        s.giveUps,
        s.last,
        s.mayBeLost,
        crowdKey(
          s.people.map(
            ({ at, round, held, bit, ticket }) => `${at}${round}${held}${bit ? '*' : ''}${ticket}`,
          ),
          [],
        ),
      ].join('|'),
    moves: (s, can, might) => moves(s, can, might, options),
    broken(s) {
      const held = s.people.reduce((sum, p) => sum + p.held, 0);
      if (s.people.filter(({ at }) => at === 'inside').length > permits) return 'too many are inside';
      if (owned && !s.broken && s.free !== permits - held) return 'what is free is wrong';
      return undefined;
    },
    stuck(s) {
      if (s.free > 0 && s.people.some(({ at }) => at === 'asleep')) return 'a sleeper is forgotten';
      if (options.gift) return undefined;
      const lost = owned ? 0 : s.mayBeLost;
      return s.free < permits - lost || s.free > permits ? 'permits are lost or made' : undefined;
    },
    show: (s) => `free ${s.free}${s.broken ? ' broken' : ''} held ${s.people.map((p) => p.held).join()}`,
  };
}

function moves(
  s: State,
  can: Offer<Person, State>,
  might: Offer<Person, State>,
  options: SemaphoreOptions,
): void {
  const offer = (who: number, what: string, act: (n: State, self: Person, stores: Stores) => void): void => {
    offerCut(who, what, {
      can,
      might: s.crashes > 0 ? might : undefined,
      act: (n, self, stores) => {
        repair(n, stores, options);
        act(n, self, stores);
      },
      die: (n, self) => {
        n.mayBeLost++;
        die(n, self);
        n.broken = true;
      },
    });
  };
  for (const [i, p] of s.people.entries()) {
    if (p.at === 'tries') offer(i, 'tries', (n, self, stores) => take(n, self, stores, options));
    if (p.at === 'joins')
      offer(i, 'draws a ticket', (n, self, stores) => {
        stores.set(n, 'last', n.last + 1);
        stores.set(self, 'ticket', n.last);
        self.at = 'tries';
      });
    if (p.at === 'leaves') offer(i, 'leaves the line', (n, self, stores) => leave(n, self, stores, options));
    if (p.at === 'asleep' && s.giveUps > 0)
      might(i, 'is out of time', (n, self) => {
        n.giveUps--;
        self.at = 'leaves';
      });
    if (p.at === 'gives')
      offer(i, 'gives', (n, self, stores) => {
        ringAll(n, stores, options);
        stores.set(n, 'free', n.free + (options.gift ?? 0));
        self.at = 'gone';
      });
    if (p.at === 'inside' && !options.gift) {
      offer(i, 'gives back', (n, self, stores) => give(n, self, stores, options));
      if (s.crashes > 0)
        might(i, 'is killed with its permit', (n, self) => {
          n.mayBeLost++;
          die(n, self);
        });
    }
    if (p.at === 'asleep' && s.crashes > 0) might(i, 'is killed asleep', die);
    if (isDead(p)) continue;
    for (const [other, dead] of s.people.entries())
      if (dead.at === 'dead')
        offer(i, `reaps ${other}`, (n, _self, stores) => {
          reap(n, n.people[other] as Person, stores, options);
        });
  }
}

function die(n: State, self: Person): void {
  n.crashes--;
  self.at = 'dead';
}

function take(n: State, self: Person, stores: Stores, options: SemaphoreOptions): void {
  const { owned, fair, mutation } = options;
  if (n.free === 0 || (fair && !isTurnOf(n, self))) {
    if (fair && self.ticket === 0) {
      self.at = 'joins';
      return;
    }
    stores.set(self, 'bit', true);
    self.at = 'asleep';
    return;
  }
  if (fair && n.free > 1 && mutation !== 'who is served does not ring for the next')
    ringAll(n, stores, options);
  if (!owned) stores.set(n, 'free', n.free - 1);
  else if (mutation === 'free changes before the commit, and repair does not add up') {
    stores.set(n, 'free', n.free - 1);
    stores.set(self, 'held', 1);
  } else {
    stores.set(self, 'held', 1);
    stores.set(n, 'free', n.free - 1);
  }
  if (self.ticket > 0) stores.set(self, 'ticket', 0);
  self.at = 'inside';
}

/** Whether nobody else comes before; who has no ticket comes after all who have. */
function isTurnOf({ people }: State, self: Person): boolean {
  const tickets = people.filter((p) => p !== self && p.ticket > 0).map(({ ticket }) => ticket);
  return tickets.every((ticket) => self.ticket > 0 && self.ticket < ticket);
}

function leave(n: State, self: Person, stores: Stores, options: SemaphoreOptions): void {
  const { mutation } = options;
  if (mutation !== 'who gives up does not ring for the next') ringAll(n, stores, options);
  if (mutation !== 'who gives up keeps his ticket') stores.set(self, 'ticket', 0);
  self.at = 'gone';
}

function give(n: State, self: Person, stores: Stores, options: SemaphoreOptions): void {
  const { owned, mutation, rounds } = options;
  const ringsLate = mutation === 'permits are given back before the ring';
  if (!ringsLate) ringAll(n, stores, options);
  if (owned) stores.set(self, 'held', 0);
  stores.set(n, 'free', n.free + 1);
  if (ringsLate) ringAll(n, stores, options);
  self.round++;
  self.at = self.round < rounds ? 'tries' : 'gone';
}

function ringAll(n: State, stores: Stores, { mutation }: SemaphoreOptions): void {
  const clearsFirst = mutation === 'the set is cleared before the ring';
  const rung = n.people
    .filter(({ bit }) => bit)
    .slice(0, mutation === 'only one sleeper is rung' ? 1 : undefined);
  const clear = (): void => rung.forEach((p) => stores.set(p, 'bit', false));
  if (clearsFirst) clear();
  for (const p of rung) {
    stores.next();
    if (p.at === 'asleep') p.at = 'tries';
  }
  if (!clearsFirst) clear();
}

function addUp(n: State, stores: Stores, { permits }: SemaphoreOptions): void {
  stores.set(n, 'free', permits - n.people.reduce((sum, p) => sum + p.held, 0));
}

function repair(n: State, stores: Stores, options: SemaphoreOptions): void {
  if (!n.broken) return;
  if (options.owned && !/repair does not add up/.test(options.mutation ?? '')) addUp(n, stores, options);
  n.broken = false;
}

function reap(n: State, dead: Person, stores: Stores, options: SemaphoreOptions): void {
  const { owned, mutation } = options;
  const ringsLate = mutation === 'the permits of the dead come back before the ring';
  const holds = owned && dead.held > 0 && mutation !== 'the dead are buried with their permits';
  const waits = dead.ticket > 0 && mutation !== 'the dead keep their tickets';
  if ((holds || waits) && !ringsLate) ringAll(n, stores, options);
  if (holds) stores.set(dead, 'held', 0);
  if (waits) stores.set(dead, 'ticket', 0);
  if (owned && mutation !== 'what is free is not counted after a reaping') addUp(n, stores, options);
  if ((holds || waits) && ringsLate) ringAll(n, stores, options);
  stores.set(dead, 'at', 'buried');
}
