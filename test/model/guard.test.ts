/**
 * What the guard promises: one inside at a time, no sleeper forgotten, and whoever enters after a death
 * inside is told, wherever up to three of its users are killed. How: every order of the model's steps; then
 * the same with one mistake put in, which must be found, or a test of the model proves nothing.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertCaught, assertHolds, DEEP, explore } from './explore.ts';
import { guardModel, type GuardMutation } from './guard.ts';

test('Guard holds for two to four participants and up to three kills', (t) => {
  for (const [people, rounds, crashes] of [
    [2, 3, 2],
    [3, 2, 2],
    [4, 1, 3],
  ] as const)
    assertHolds(t, guardModel({ people, rounds, crashes }), `${people} × ${rounds}, ${crashes} kills`);
});

test('Guard holds for five participants, and for longer runs', {
  skip: !DEEP && 'DUODAO_MODEL=deep',
}, (t) => {
  for (const [people, rounds, crashes] of [
    [3, 4, 3],
    [4, 2, 3],
    [5, 1, 4],
  ] as const)
    assertHolds(t, guardModel({ people, rounds, crashes }), `${people} × ${rounds}, ${crashes} kills`);
});

// The kernel takes a dead thread's id out of the word before the id can be given to another.
test('Guard holds when newcomers get the thread ids of the dead', (t) => {
  assertHolds(t, guardModel({ people: 3, rounds: 2, crashes: 2, births: 1 }), 'one newcomer');
  assertHolds(t, guardModel({ people: 3, rounds: 1, crashes: 2, births: 2 }), 'two newcomers');
});

const MISTAKES: readonly (readonly [GuardMutation, RegExp, string])[] = [
  ['pending is never set', /lost wake-up/, 'nobody learns that the owner died'],
  ['pending is cleared before the release', /lost wake-up/, 'the same, in the last instruction'],
  [
    'release stores, then wakes',
    /lost wake-up/,
    'glibc and musl: killed in between, and a third has barged in',
  ],
  [
    'release drops the owner, then WAITERS, then wakes',
    /two are inside/,
    'glibc 20985: wipes out the next owner',
  ],
  ['release wakes one', /lost wake-up/, 'the others sleep behind a word without WAITERS'],
  ['takeover from the dead drops WAITERS', /lost wake-up/, 'glibc 20973'],
  ['sleeps without marking', /lost wake-up/, 'the owner does not know that it should wake anybody'],
  ['waits for the word without WAITERS', /circle/, 'the kernel refuses for ever: a busy loop'],
  ['abandon stores free', /untold/, 'an exception inside looks like an ordinary release'],
];
for (const [mutation, violation, why] of MISTAKES)
  test(`Guard breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, guardModel({ people: 3, rounds: 1, crashes: 1, mutation }), violation);
  });

// A death leaves the word without an owner but with WAITERS, and wakes one. If that one dies too before it
// takes over, only a kernel that looks at the owner alone wakes the next.
for (const kernel of ['wakes if word is 0', 'wakes never'] as const)
  test(`Guard breaks on a kernel that, when a waiter dies, ${kernel}`, (t) => {
    assertCaught(t, guardModel({ people: 3, rounds: 1, crashes: 2, kernel }), /lost wake-up/);
  });
for (const kernel of ['wakes if word is 0', 'wakes never'] as const)
  test(`Guard holds through one kill on a kernel that, when a waiter dies, ${kernel}`, (t) => {
    assertHolds(t, guardModel({ people: 4, rounds: 1, crashes: 1, kernel }));
  });

test('Guard breaks when it knows the dead by thread ids alone', async (t) => {
  const options = { people: 3, rounds: 1, crashes: 1, births: 1, kernel: 'absent' } as const;
  const model = guardModel({ ...options, mutation: 'takes over by thread id' });
  await t.test('as a newcomer with the id of the dead owner makes it look alive', (t) => {
    assertCaught(t, model, /lost wake-up/);
  });
  await t.test('as the id belongs to a living owner by the time it is replaced', (t) => {
    assertCaught(t, { ...model, stuck: () => undefined }, /two are inside/);
  });
});

test('Sorting participants makes fewer states and hides none', () => {
  for (const mutation of [undefined, 'release stores, then wakes'] as const) {
    const model = guardModel({ people: 3, rounds: 1, crashes: 2, ...(mutation && { mutation }) });
    const sorted = explore(model);
    const whole = explore({ ...model, key: (state) => JSON.stringify(state) });
    assert.equal(sorted.violation, whole.violation);
    assert.equal(sorted.trace.length, whole.trace.length);
    assert.ok(whole.states > sorted.states && whole.states <= 6 * sorted.states);
  }
});
