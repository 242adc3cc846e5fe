/**
 * The world around a queue's records (lease.ts): who puts, takes and leases, and who dies.
 *
 * Participants sit in slots with generations: a dead one is reaped, then buried, and a newcomer may get its
 * slot while a slow second reaper is still on its way. Everybody may reap between two operations. What is
 * promised whatever happens: lease-promises.ts.
 *
 * @module
 */
import type { Crowd, Model, Offer } from './explore.ts';
import {
  copyQueue,
  DONE,
  emptyQueue,
  type LeaseMutation,
  leasedTo,
  nonsenseIn,
  Queue,
  type QueueRules,
  type QueueWords,
  READY,
  type Taken,
} from './lease.ts';
import { brokenPromise, faultOfDelivery, idAt, isLive, leasedToBuried } from './lease-promises.ts';
import { offerCut, Stores } from './stores.ts';

const NOBODY = -1;

export type LeaseRole =
  | { readonly does: 'put'; readonly units: readonly number[] }
  | { readonly does: 'get' | 'lease'; readonly rounds: number };

export interface LeaseOptions {
  readonly people: readonly LeaseRole[];
  readonly crashes: number;
  /** How many newcomers get the slot of a buried one. */
  readonly births?: number;
  /** How many leases are given back. */
  readonly backs?: number;
  /** How many leases are ended once more, long after. */
  readonly repeats?: number;
  readonly capacity?: number;
  readonly units?: number;
  readonly wrap?: number;
  readonly mutation?: LeaseMutation;
}

const PLACES = ['idle', 'copies', 'works', 'done', 'dead', 'buried'] as const;

export interface Person {
  readonly role: LeaseRole;
  at: (typeof PLACES)[number];
  generation: number;
  round: number;
  /** What it has in hand: by lease, still to be copied, or while it takes it for good. */
  position: number;
  id: number;
  /** What it leased before. */
  oldPosition: number;
  oldId: number;
  /** Whose death it is reaping, and whether it has but for the burial. */
  victim: number;
  victimGeneration: number;
  reaped: boolean;
}

export interface State extends Crowd<Person> {
  queue: QueueWords;
  /** The guard's last owner died inside. */
  died: boolean;
  fault: string;
  /** What no death touches, as bits by id: put and told so, handed to somebody, had for good. */
  confirmed: number;
  handed: number;
  ended: number;
  crashes: number;
  births: number;
  backs: number;
  repeats: number;
}

type Act = (queue: Queue, n: State, self: Person) => void;

export function leaseModel(options: LeaseOptions): Model<Person, State> {
  const { mutation, capacity = 9, units = 4, wrap = 64 } = options;
  const rules: QueueRules = { capacity, units, wrap, mutation };
  const copiesLate = mutation === 'a taker marks DONE, leaves, then copies';
  const view = (s: State, stores = new Stores()): Queue => new Queue(s.queue, rules, stores);

  /** One operation inside the guard, whole or cut short. */
  function inside(i: number, what: string, can: MyOffer, might: MyOffer | undefined, act: Act): void {
    offerCut(i, what, {
      can,
      might,
      act(n, self, stores) {
        const queue = view(n, stores);
        n.fault ||= nonsenseIn(() => {
          if (n.died) queue.repair();
          act(queue, n, self);
        });
        n.died = false;
      },
      die(n) {
        kill(n, i);
        n.died = true;
      },
    });
  }

  /** What it had in hand is gone with it, unless the queue has it still. */
  function kill(n: State, i: number): void {
    const { role, generation, id } = n.people[i] as Person;
    n.fault ||= nonsenseIn(() => {
      if (id !== 0 && !isLive(view(n), id)) n.ended |= 1 << id;
    });
    n.crashes--;
    n.people[i] = { ...newcomer(role, generation), at: 'dead' };
  }

  function ownMoves(s: State, i: number, can: MyOffer, might: MyOffer): void {
    const p = s.people[i] as Person;
    const { role } = p;
    const dying = s.crashes > 0 ? might : undefined;
    if (p.at === 'copies')
      can(i, 'copies', (n, self) => {
        if (idAt(view(n), self.position) !== self.id) n.fault ||= 'an item is torn';
        goOn(self);
      });
    else if (p.at === 'works') endLease(s, i, can, might);
    else if (role.does === 'put') {
      const size = role.units[p.round] as number;
      if (s.died || view(s).hasRoom(size))
        inside(i, `puts ${size}`, can, dying, (queue, n, self) => {
          if (!queue.hasRoom(size)) return;
          n.confirmed |= 1 << queue.put(size);
          goOn(self);
        });
    } else if (s.died || s.queue.ready > 0)
      inside(i, role.does === 'get' ? 'gets' : 'leases', can, dying, take);
  }

  function take(queue: Queue, n: State, self: Person): void {
    const me = n.people.indexOf(self);
    const forGood = self.role.does === 'get';
    const first = queue.positions().find((position) => queue.state(position) === READY);
    if (forGood && first !== undefined) self.id = idAt(queue, first);
    const look = (taken: Taken): void => {
      if (!forGood || !copiesLate) n.fault ||= faultOfDelivery(n, queue, me, taken);
      n.handed |= 1 << taken.id;
    };
    const taken = queue.take(forGood ? DONE : leasedTo(me, self.generation), look);
    if (!taken) return;
    if (forGood) n.ended |= 1 << taken.id;
    if (forGood && !copiesLate) return goOn(self);
    self.at = forGood ? 'copies' : 'works';
    self.position = taken.position;
    self.id = taken.id;
  }

  function endLease(s: State, i: number, can: MyOffer, might: MyOffer): void {
    const { generation, id, oldId } = s.people[i] as Person;
    const dying = s.crashes > 0 ? might : undefined;
    const lease = leasedTo(i, generation);
    const settle = (queue: Queue, n: State, self: Person, end: typeof DONE | typeof READY): void => {
      if (!queue.settle(self.position, self.id, lease, end)) n.fault ||= 'a lease is gone from its holder';
      if (end === DONE) n.ended |= 1 << self.id;
      goOn(self);
    };
    inside(i, `has done ${id}`, can, dying, (queue, n, self) => settle(queue, n, self, DONE));
    if (s.backs > 0)
      inside(i, `gives ${id} back`, might, dying, (queue, n, self) => {
        n.backs--;
        settle(queue, n, self, READY);
      });
    if (s.repeats > 0 && oldId !== 0 && oldId !== id)
      inside(i, `has done ${oldId} again`, might, dying, (queue, n, self) => {
        n.repeats--;
        queue.settle(self.oldPosition, self.oldId, lease, DONE);
      });
  }

  function reaping(s: State, i: number, can: MyOffer, might: MyOffer): void {
    const { victim, victimGeneration, reaped } = s.people[i] as Person;
    if (victim === NOBODY) {
      for (const [j, other] of s.people.entries())
        if (other.at === 'dead')
          can(i, `learns that ${j + 1} died`, (n, self) => {
            self.victim = j;
            self.victimGeneration = other.generation;
            if (mutation === 'the dead are buried before they are reaped')
              (n.people[j] as Person).at = 'buried';
          });
      return;
    }
    const trusts =
      mutation === 'the dead are buried before they are reaped' ||
      mutation === 'a slot is reaped, whatever its generation';
    const isStillDead = ({ at, generation }: Person): boolean =>
      at === 'dead' && generation === victimGeneration;
    if (reaped)
      can(i, `buries ${victim + 1}`, (n, self) => {
        const dead = n.people[victim] as Person;
        if (isStillDead(dead)) dead.at = 'buried';
        self.victim = NOBODY;
        self.victimGeneration = 0;
        self.reaped = false;
      });
    else
      inside(i, `reaps ${victim + 1}`, can, s.crashes > 0 ? might : undefined, (queue, n, self) => {
        if (trusts || isStillDead(n.people[victim] as Person)) queue.reap(leasedTo(victim, victimGeneration));
        self.reaped = true;
      });
  }

  return {
    start: {
      people: options.people.map((role) => newcomer(role, 0)),
      queue: emptyQueue(units),
      died: false,
      fault: '',
      confirmed: 0,
      handed: 0,
      ended: 0,
      crashes: options.crashes,
      births: options.births ?? 0,
      backs: options.backs ?? 0,
      repeats: options.repeats ?? 0,
    },
    copy: (s) => ({ ...s, queue: copyQueue(s.queue), people: s.people.map((p) => ({ ...p })) }),
    key,
    moves(s, can, might) {
      for (const [i, p] of s.people.entries()) {
        if (p.at === 'buried' && s.births > 0)
          might(i, 'is the slot of a newcomer', (n) => {
            n.births--;
            n.people[i] = newcomer(p.role, p.generation + 1);
          });
        if (p.at === 'dead' || p.at === 'buried') continue;
        if (s.crashes > 0) might(i, 'is killed', (n) => kill(n, i));
        if (p.victim === NOBODY && p.at !== 'done') ownMoves(s, i, can, might);
        reaping(s, i, can, might);
      }
    },
    broken: (s) => s.fault || nonsenseIn(() => brokenPromise(s, view(s))) || undefined,
    stuck: (s) => leasedToBuried(s, view(s)),
    show({ queue: q, died }) {
      const names = ['-', 'READY', 'LEASED', 'DONE', 'PAD'];
      const ring = q.state.map((state, unit) => `${q.id[unit]}:${names[state & 7]}`).join(' ');
      const words = `${q.head}..${q.tail} scan ${q.scan} ready ${q.ready} leased ${q.leased}`;
      return `${words} [${ring}]${died ? ' died' : ''}`;
    },
  };
}

type MyOffer = Offer<Person, State>;

function newcomer(role: LeaseRole, generation: number): Person {
  return {
    role,
    at: 'idle',
    generation,
    round: 0,
    position: 0,
    id: 0,
    oldPosition: 0,
    oldId: 0,
    victim: NOBODY,
    victimGeneration: 0,
    reaped: false,
  };
}

/** Goes on to the next round. */
function goOn(p: Person): void {
  if (p.at === 'works') {
    p.oldPosition = p.position;
    p.oldId = p.id;
  }
  p.round++;
  p.at = p.round < (p.role.does === 'put' ? p.role.units.length : p.role.rounds) ? 'idle' : 'done';
  p.position = p.id = 0;
}

/** All of the state in a few characters. */
function key(s: State): string {
  const q = s.queue;
  const people = s.people.flatMap((p) => [
    PLACES.indexOf(p.at) * 256 + p.generation * 16 + p.round,
    p.position * 64 + p.id,
    p.oldPosition * 64 + p.oldId,
    (p.victim + 1) * 64 + p.victimGeneration * 2 + (p.reaped ? 1 : 0),
  ]);
  const words = [q.head, q.tail, q.scan, q.ready, q.leased, q.lastId];
  const ring = [...q.length, ...q.state, ...q.id, ...q.deliveries, ...q.payload];
  const budgets = [s.crashes + 8 * s.births, s.backs + 8 * s.repeats, s.died ? 1 : 0];
  return `${s.fault}${String.fromCharCode(...people, ...words, ...ring, s.confirmed, s.handed, s.ended, ...budgets)}`;
}
