/**
 * What a queue's records promise: see lease-promises.ts. How: every order of operations, with up to two kills,
 * before any store; then the same with one mistake put in, which must be found, or proves to be harmless and
 * is then kept here with the reason.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertCaught, assertHolds, DEEP } from './explore.ts';
import type { LeaseMutation } from './lease.ts';
import { leaseModel, type LeaseOptions, type LeaseRole } from './lease-world.ts';
import { offerCut, Stores } from './stores.ts';

const puts = (...units: number[]): LeaseRole => ({ does: 'put', units });
const gets = (rounds: number): LeaseRole => ({ does: 'get', rounds });
const leases = (rounds: number): LeaseRole => ({ does: 'lease', rounds });

const HOLDS: readonly (readonly [string, LeaseOptions])[] = [
  ['holds for taking and leasing side by side', { people: [puts(1, 2, 1), gets(1), leases(1)], crashes: 2 }],
  ['holds when the end of the ring is padded', { people: [puts(2, 1, 2, 2), gets(3)], units: 4, crashes: 2 }],
  ['holds when leases are given back', { people: [puts(1, 2), leases(1), leases(2)], crashes: 1, backs: 2 }],
  ['holds for two who put', { people: [puts(1), puts(2), leases(2)], crashes: 2, backs: 1 }],
  [
    'of one item holds',
    { people: [puts(1, 1), puts(1), leases(1), gets(1)], capacity: 1, crashes: 1, backs: 1 },
  ],
  [
    'holds when newcomers get the slots of the dead',
    { people: [puts(1), leases(1), gets(1)], crashes: 2, births: 1 },
  ],
  [
    'holds when positions come round and leases are ended again',
    { people: [puts(1, 1, 1, 1), leases(2), gets(2)], units: 2, wrap: 4, crashes: 1, repeats: 1 },
  ],
];
for (const [name, options] of HOLDS) test(`Queue ${name}`, (t) => assertHolds(t, leaseModel(options)));

const DEEPER: typeof HOLDS = [
  [
    'holds for two leases, three kills and a newcomer',
    { people: [puts(1, 1), leases(1), leases(1)], crashes: 3, births: 1 },
  ],
  [
    'holds for a newcomer and longer runs',
    { people: [puts(1, 1, 1), leases(1), gets(2)], crashes: 2, births: 1 },
  ],
  [
    'holds for two who put and two who lease',
    { people: [puts(1, 2), puts(2), leases(1), leases(1)], crashes: 2, backs: 1 },
  ],
];
for (const [name, options] of DEEPER)
  test(`Queue ${name}`, { skip: !DEEP && 'DUODAO_MODEL=deep' }, (t) => assertHolds(t, leaseModel(options)));

const TWO_LEASES: LeaseOptions = { people: [puts(2, 1), leases(1), leases(2)], crashes: 2, backs: 1 };
const NEWCOMER: LeaseOptions = { people: [puts(1), leases(1), gets(1)], crashes: 1, births: 1 };
const ONE_UNIT: LeaseOptions = {
  people: [puts(1, 1, 1), leases(2), gets(1)],
  units: 1,
  wrap: 2,
  crashes: 0,
  repeats: 1,
};

const MISTAKES: readonly (readonly [LeaseMutation, LeaseOptions, RegExp, string])[] = [
  [
    'the tail moves before the record is written',
    TWO_LEASES,
    /beyond its end/,
    'killed in between, the record is whatever was there',
  ],
  [
    'a taker marks DONE, leaves, then copies',
    { people: [puts(1, 1), gets(1)], units: 1, crashes: 0 },
    /torn/,
    'its place belongs to the next record',
  ],
  [
    'counts change before the commit, and repair does not count',
    TWO_LEASES,
    /not there|wrong/,
    'the count is of an item that never came',
  ],
  ['repair forgets the leased', TWO_LEASES, /leased is wrong/, 'a death between the lease and its count'],
  [
    'repair leaves scan where it is',
    TWO_LEASES,
    /scan is wrong/,
    'an item was given back, and nobody looks there',
  ],
  [
    'scan stays where it is when an item is given back',
    TWO_LEASES,
    /scan is wrong/,
    'the item is counted and never found',
  ],
  ['the head moves past leased records', TWO_LEASES, /lost/, 'whoever has the lease dies, and it is nowhere'],
  ['nothing is reclaimed when a lease ends', TWO_LEASES, /head is wrong/, 'its space never comes back'],
  [
    'a slot is reaped, whatever its generation',
    NEWCOMER,
    /still there|gone from its holder|doubled/,
    'a slow reaper takes the lease of a newcomer',
  ],
  [
    'the dead are buried before they are reaped',
    { ...NEWCOMER, crashes: 2 },
    /leased to the buried/,
    'the reaper dies, and nobody knows of the first death',
  ],
  [
    'leases end without a look at the id',
    ONE_UNIT,
    /lost/,
    'the position came round, and another item is leased there',
  ],
];
for (const [mutation, options, violation, why] of MISTAKES)
  test(`Queue breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, leaseModel({ ...options, mutation }), violation);
  });

// Harmless, as nobody else is inside, and who dies there would have had the item anyway.
test('Queue holds when a taker marks DONE, then copies, then leaves', (t) => {
  const mutation = 'a taker marks DONE, then copies, then leaves';
  assertHolds(t, leaseModel({ people: [puts(1, 2, 1), gets(1), leases(1)], crashes: 1, mutation }));
});

test('An operation is offered whole, and cut short before each store and after the last', () => {
  const seen: string[] = [];
  const start = { people: [{ dead: false }], words: [0, 0] };
  const offer: Parameters<typeof offerCut<{ dead: boolean }, typeof start>>[2]['can'] = (
    _who,
    _what,
    change,
  ) => {
    const next = structuredClone(start);
    change(next, next.people[0] as { dead: boolean });
    seen.push(`${next.words.join('')}${next.people[0]?.dead ? ' dead' : ''}`);
  };
  const act = (next: typeof start, _self: unknown, stores: Stores): void => {
    stores.set(next.words, 0, 1);
    stores.set(next.words, 1, 2);
  };
  offerCut(0, 'writes', { can: offer, might: offer, act, die: (_, self) => (self.dead = true) });
  assert.deepEqual(seen, ['12', '00 dead', '10 dead', '12 dead']);
});
