/**
 * What a condition promises: see condition.ts. How: every order of the steps of a few participants, with a kill before
 * each store; then the same with one mistake put in, which must be found.
 */
import { test } from 'node:test';
import { type ConditionMutation, conditionModel, type ConditionOptions } from './condition.ts';
import { assertCaught, assertHolds, DEEP } from './explore.ts';

const ONE: ConditionOptions = { waiters: 3, notifiers: [[1]], crashes: 2, giveUps: 1 };
const TWO: ConditionOptions = { waiters: 3, notifiers: [[2], [1]], crashes: 2 };
const ALL: ConditionOptions = { waiters: 3, notifiers: [[9, 9]], crashes: 2, giveUps: 1 };

test('Condition passes on what the dead were told, and tells as many as it says', (t) => {
  for (const options of [ONE, TWO, ALL]) assertHolds(t, conditionModel(options));
});
test('Condition holds for longer runs', { skip: !DEEP && 'DUODAO_MODEL=deep' }, (t) => {
  assertHolds(t, conditionModel({ waiters: 4, notifiers: [[1, 1], [2]], crashes: 3, giveUps: 1 }));
});

const MISTAKES: readonly (readonly [ConditionMutation, RegExp, string])[] = [
  ['who is told is rung after it', /lost/, 'killed in between, nobody is woken'],
  [
    'the bit is cleared before the ring',
    /lost/,
    'killed in between, it is told by the next one and never rung',
  ],
  ['the dead are buried with what they were told', /lost/, 'others wait on'],
  ['a reaper takes from the dead before it gives', /lost/, 'the reaper is killed in between'],
  ['a wait ends when it is told', /lost/, 'it dies on its way to the lock'],
  ['who gives up takes along what it was told', /lost/, 'others wait on'],
];
for (const [mutation, violation, why] of MISTAKES)
  test(`Condition breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, conditionModel({ ...ONE, notifiers: [[1, 1]], mutation }), violation);
  });
test('A notification that goes to whoever died is passed on all the same, by whoever reaps it', (t) => {
  assertHolds(t, conditionModel({ ...ONE, mutation: 'a notification goes to whoever died' }));
});
