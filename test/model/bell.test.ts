/**
 * What bell and wait set promise: see bell-world.ts. How: every order of the model's steps with up to three
 * kills, for a lock and for a queue; then the same with one mistake put in, which must be found, or proves
 * to be harmless and is then kept here with the reason.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BellMutation } from './bell.ts';
import { bellModel, type BellOptions, type Role } from './bell-world.ts';
import { assertCaught, assertHolds, DEEP, explore } from './explore.ts';

/** One participant for each way to sleep. */
function people(does: Role['does'], sleeps: string, rounds = 1): Role[] {
  return sleeps.split(' ').map((sleepsIn) => ({ does, sleepsIn: sleepsIn as Role['sleepsIn'], rounds }));
}
const lockers = (sleeps: string, rounds?: number): Role[] => people('take', sleeps, rounds);
const closer: Role = { does: 'close', sleepsIn: 'futex', rounds: 1 };
const THREE_LOCKERS = lockers('futex futex futex');
const THREE_MIXED = lockers('futex futex pipe');
const TWO_AND_ONE = [...people('put', 'futex futex'), ...people('get', 'pipe')];
const ONE_AND_TWO = [...people('put', 'futex'), ...people('get', 'futex pipe')];
const TWO_AND_TWO = [...people('put', 'futex futex'), ...people('get', 'futex futex')];
const TWO_AND_TWO_MIXED = [...people('put', 'futex pipe'), ...people('get', 'futex pipe')];

const HOLDS: readonly (readonly [string, BellOptions])[] = [
  [
    'Lock holds for four participants and two kills',
    { people: lockers('futex futex futex futex'), crashes: 2 },
  ],
  ['Lock holds for threads that block', { people: lockers('futex futex futex', 2), crashes: 2 }],
  ['Lock holds for event loops', { people: lockers('pipe pipe pipe', 2), crashes: 2 }],
  [
    'Lock holds for blocked threads beside an event loop',
    { people: lockers('futex futex pipe', 2), crashes: 2 },
  ],
  [
    'Lock holds when waiters run out of time',
    { people: lockers('futex futex pipe'), crashes: 2, timeouts: 2 },
  ],
  ['Lock holds when newcomers get the slots of the dead', { people: THREE_LOCKERS, crashes: 3, births: 2 }],
  ['Lock holds when it is closed', { people: [...lockers('futex pipe'), closer], crashes: 2, timeouts: 1 }],
  ['Queue holds for two putting and two getting, and two kills', { people: TWO_AND_TWO, crashes: 2 }],
  [
    'Queue holds for blocked threads beside event loops',
    { people: [...people('put', 'futex pipe'), ...people('get', 'pipe', 2)], crashes: 2 },
  ],
  [
    'Queue holds for longer runs through one slot',
    { people: [...people('put', 'pipe', 3), ...people('get', 'futex', 3)], crashes: 2 },
  ],
  [
    'Queue holds when waiters run out of time',
    { people: [...people('put', 'futex', 2), ...people('get', 'futex pipe')], crashes: 1, timeouts: 2 },
  ],
  [
    'Queue holds when newcomers get the slots of the dead',
    { people: [...people('put', 'futex'), ...people('get', 'futex futex')], crashes: 2, births: 1 },
  ],
  [
    'Queue holds when it is closed',
    { people: [...people('put', 'futex', 2), ...people('get', 'futex', 2), closer], crashes: 2 },
  ],
  [
    'Queue of two slots holds',
    { people: [...people('put', 'futex futex', 2), ...people('get', 'futex')], crashes: 2, capacity: 2 },
  ],
];
for (const [name, options] of HOLDS) test(name, (t) => assertHolds(t, bellModel(options)));

const DEEPER: typeof HOLDS = [
  [
    'Lock holds for four, one of them an event loop',
    { people: lockers('futex futex futex pipe'), crashes: 3 },
  ],
  ['Lock of four holds when it is closed', { people: [...lockers('futex futex futex'), closer], crashes: 2 }],
  [
    'Lock holds for four, time-outs and newcomers',
    { people: lockers('futex futex futex futex'), crashes: 2, timeouts: 1, births: 1 },
  ],
  ['Queue holds for threads and event loops and two kills', { people: TWO_AND_TWO_MIXED, crashes: 2 }],
  [
    'Queue holds for two and two, two items each',
    { people: [...people('put', 'futex futex', 2), ...people('get', 'futex futex', 2)], crashes: 1 },
  ],
];
for (const [name, options] of DEEPER)
  test(name, { skip: !DEEP && 'DUODAO_MODEL=deep' }, (t) => assertHolds(t, bellModel(options)));

const BOTH_BREAK: readonly (readonly [BellMutation, string])[] = [
  ['commits, then rings', 'killed in between, it has changed the object and told nobody'],
  ['clears, then rings', 'killed in between, it leaves sleepers whom nobody knows'],
  ['wakes, then moves the bell', 'the waiter finds its bell as it was and sleeps on'],
  ['rings one', 'who dies before it uses what it was rung for'],
  ['skips a bell that has moved already', 'whoever moved it may have died before waking'],
  ['asks in its event loop whether it is still in the wait set', 'it is, until all have been rung'],
  ['asks that before it asks for the guard', 'it is, and by the time it asks for it the ringer has left'],
  ['looks outside the guard', 'what it waits for happens between the look and the joining'],
  ['notes its bell after joining, outside the guard', 'the ring in between is taken for old'],
];
for (const [mutation, why] of BOTH_BREAK) {
  test(`Lock breaks when a participant ${mutation}: ${why}`, (t) => {
    assertCaught(t, bellModel({ people: THREE_MIXED, crashes: 1, mutation }), /lost wake-up/);
  });
  test(`Queue breaks when a participant ${mutation}`, (t) => {
    const crowd = mutation === 'rings one' ? ONE_AND_TWO : TWO_AND_ONE;
    assertCaught(t, bellModel({ people: crowd, crashes: 1, mutation }), /lost wake-up/);
  });
}

const LOCK_BREAKS: readonly (readonly [BellMutation, RegExp, string])[] = [
  ['nobody reaps', /lost wake-up/, 'the dead owner keeps it'],
  ['reaper frees without ringing', /lost wake-up/, 'free, and all asleep'],
  [
    'reaper frees the slot first',
    /never free|lost wake-up/,
    'if the reaper dies too, nobody knows of the first death',
  ],
  ['reaper does not look again', /two owners/, 'a slow second reaper robs a newcomer in the same slot'],
];
for (const [mutation, violation, why] of LOCK_BREAKS)
  test(`Lock breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, bellModel({ people: THREE_LOCKERS, crashes: 2, births: 1, mutation }), violation);
  });

for (const [mutation, why] of [
  ['nobody repairs', 'what is derived no longer fits the word that commits'],
  ['nobody takes the guard', 'two put into one slot'],
] as const)
  test(`Queue breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(
      t,
      bellModel({ people: TWO_AND_TWO, crashes: 1, mutation }),
      /lost$|twice|still in the queue/,
    );
  });

// Harmless, as bells are only rung under the guard: nothing can come between joining and noting.
test('Lock and Queue hold when a participant notes its bell after joining, inside the guard', (t) => {
  const mutation = 'notes its bell after joining, inside the guard';
  assertHolds(t, bellModel({ people: THREE_LOCKERS, crashes: 2, timeouts: 1, mutation }), 'lock');
  assertHolds(t, bellModel({ people: TWO_AND_ONE, crashes: 2, mutation }), 'queue');
});

// Harmless, as being in the set without waiting costs one idle ring: nobody hands anything over by ringing.
test('Lock and Queue hold when a participant stays in the wait set when out of time', (t) => {
  const mutation = 'stays in the wait set when out of time';
  assertHolds(t, bellModel({ people: THREE_LOCKERS, crashes: 2, timeouts: 2, mutation }), 'lock');
  assertHolds(t, bellModel({ people: TWO_AND_ONE, crashes: 2, timeouts: 2, mutation }), 'queue');
});

const forgiving = (model: ReturnType<typeof bellModel>): typeof model => ({
  ...model,
  stuck(state) {
    const found = model.stuck(state);
    return found === 'the dead wait for ever' ? undefined : found;
  },
});

// Harmless for the same reason, to the newcomer in that slot as well; the next change empties the set.
test('Lock and Queue hold when the reaper leaves the dead in the wait set, but for that', (t) => {
  const mutation = 'reaper leaves the dead in the wait set';
  const lock = bellModel({ people: THREE_MIXED, crashes: 2, births: 1, mutation });
  const queue = bellModel({ people: TWO_AND_ONE, crashes: 2, births: 1, mutation });
  assertHolds(t, forgiving(lock), 'lock');
  assertHolds(t, forgiving(queue), 'queue');
});

// Nothing in a queue belongs to anybody, and rings come before the commit: a death there needs no reaper to
// wake others.
test('Queue loses no item and no wake-up when nobody reaps, and only keeps the dead in its wait set', (t) => {
  const model = bellModel({ people: TWO_AND_TWO_MIXED, crashes: 2, mutation: 'nobody reaps' });
  assertCaught(t, model, /the dead wait/);
  assertHolds(t, forgiving(model));
});

test('Sorting participants makes fewer states and hides none', () => {
  for (const mutation of [undefined, 'skips a bell that has moved already'] as const) {
    const model = bellModel({ people: THREE_LOCKERS, crashes: 1, ...(mutation && { mutation }) });
    const sorted = explore(model);
    const whole = explore({ ...model, key: (state) => JSON.stringify(state) });
    assert.equal(sorted.violation, whole.violation);
    assert.equal(sorted.trace.length, whole.trace.length);
    assert.ok(whole.states > sorted.states && whole.states <= 6 * sorted.states);
  }
});
