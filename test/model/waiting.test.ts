/**
 * What a thread promises that waits in its event loop and blocks as well: see waiting-world.ts. How: every
 * order of its steps and of those who ring it; then the same with one mistake put in, which must be found, or
 * proves to be harmless and is then kept here with the reason.
 */
import { test } from 'node:test';
import { assertCaught, assertHolds } from './explore.ts';
import type { WaitingMutation, WaitingOptions } from './waiting.ts';
import { waitingModel } from './waiting-world.ts';

/** It blocks on the object that its event loop waits for. */
const SAME: WaitingOptions = { waits: [2, 1], blocks: 1, on: 0, ringers: [0, 0, 0], timeouts: 1 };
const OTHER: WaitingOptions = { waits: [1], blocks: 2, on: 1, ringers: [0, 1], timeouts: 1 };
const TWO_BEHIND_EACH_OTHER: WaitingOptions = {
  waits: [2, 1],
  blocks: 1,
  on: 1,
  ringers: [0, 0, 1],
  timeouts: 1,
};

const HOLDS: readonly (readonly [string, WaitingOptions])[] = [
  ['while it blocks on the same object', SAME],
  ['while it blocks on another object', OTHER],
  ['behind each other', TWO_BEHIND_EACH_OTHER],
];
for (const [name, options] of HOLDS)
  test(`Waits of an event loop are served ${name}`, (t) => assertHolds(t, waitingModel(options)));

const MISTAKES: readonly (readonly [WaitingMutation, WaitingOptions, string])[] = [
  ['a sweep asks for the bit alone', OTHER, 'the ringer clears it when it has rung'],
  ['a sweep asks for the bit before the guard', OTHER, 'the ringer clears it and leaves in between'],
  [
    'a sweep comes after the sleep, before the count',
    OTHER,
    'whoever rings in between is counted, and not answered',
  ],
  ['there is no sweep after blocking', OTHER, 'the ring woke the futex, and wrote nothing to the pipe'],
  ['the mode stays PIPE while blocking', SAME, 'the byte is for an event loop that does not run'],
  ['the mode is NONE after blocking', OTHER, 'nobody writes to the pipe any more'],
  [
    'a wait that gives up lets nobody else try',
    TWO_BEHIND_EACH_OTHER,
    'the next one needs less, and it is there already',
  ],
];
for (const [mutation, options, why] of MISTAKES)
  test(`Waits of an event loop break when ${mutation}: ${why}`, (t) => {
    assertCaught(t, waitingModel({ ...options, mutation }), /never served|blocks for ever/);
  });

// Harmless, as the ringer is inside the guard of what the sweep looks at until it has rung.
for (const mutation of [
  'the mode is said after the count',
  'a ringer looks at the mode, then counts',
] as const)
  test(`Waits of an event loop hold when ${mutation}`, (t) => {
    for (const options of [SAME, OTHER]) assertHolds(t, waitingModel({ ...options, mutation }));
  });

// Harmless, as a sweep takes it for a ring, and the next wait joins again.
test('Waits of an event loop hold when a wait that gives up leaves the set', (t) => {
  const mutation = 'a wait that gives up leaves the set';
  for (const options of [SAME, OTHER]) assertHolds(t, waitingModel({ ...options, mutation }));
});
