/**
 * What a barrier promises: see barrier-world.ts. How: every order of the steps of a few participants, with a kill
 * before each store; then the same with one mistake put in, which must be found.
 */
import { test } from 'node:test';
import type { BarrierMutation } from './barrier.ts';
import { barrierModel, type BarrierOptions } from './barrier-world.ts';
import { assertCaught, assertHolds, DEEP } from './explore.ts';

const LOCKSTEP: BarrierOptions = { people: 3, parties: 3, rounds: 2, action: 'nobody', crashes: 1 };
const RESET: BarrierOptions = {
  people: 2,
  parties: 2,
  rounds: 2,
  action: 'nobody',
  crashes: 1,
  giveUps: 2,
  resets: 2,
};
const ACTION: BarrierOptions = {
  people: 3,
  parties: 2,
  rounds: 1,
  action: 'all',
  crashes: 1,
  giveUps: 1,
  resets: 1,
};
const FIRST_ACTS: BarrierOptions = {
  people: 2,
  parties: 2,
  rounds: 2,
  action: 'first',
  crashes: 1,
  giveUps: 1,
};
const CROWD: BarrierOptions = { people: 4, parties: 2, rounds: 1, action: 'all', crashes: 1 };

const HOLDS: readonly (readonly [string, BarrierOptions])[] = [
  ['in lockstep', LOCKSTEP],
  ['that is reset', RESET],
  ['with an action', ACTION],
  ['whose action one of them has', FIRST_ACTS],
  ['with more people than parties', CROWD],
];
for (const [name, options] of HOLDS)
  test(`Barrier ${name} holds, whoever dies`, (t) => assertHolds(t, barrierModel(options)));

test('Barrier holds for longer runs', { skip: !DEEP && 'DUODAO_MODEL=deep' }, (t) => {
  assertHolds(t, barrierModel({ ...LOCKSTEP, rounds: 3, crashes: 2, giveUps: 1, resets: 1 }));
  assertHolds(t, barrierModel({ ...ACTION, rounds: 2, crashes: 2 }));
});

const MISTAKES: readonly (readonly [BarrierMutation, BarrierOptions, RegExp, string])[] = [
  ['it breaks before the ring', RESET, /forgotten/, 'killed in between, nobody is woken'],
  ['parties look at the phase only', RESET, /passed a round that broke/, 'a slow one looks after the reset'],
  ['a reset leaves no notes', RESET, /passed a round that broke/, 'a slow one looks after the reset'],
  ['the notes come after the reset', RESET, /passed a round that broke/, 'killed in between, there are none'],
  [
    'who finishes does not look whether it broke',
    ACTION,
    /passed/,
    'another one was out of time during the action',
  ],
  ['the death of one who has arrived is nothing', LOCKSTEP, /dead|twice/, 'the others wait for him for ever'],
  ['the death of one between rounds is nothing', LOCKSTEP, /dead/, 'the others wait for him for ever'],
  ['repair does not count', LOCKSTEP, /count is wrong|twice/, 'a death between the entry and its count'],
  [
    'the last one does not ring for who knows the action',
    FIRST_ACTS,
    /nobody lets them go/,
    'he sleeps, as he came before all were there',
  ],
  [
    'an arrival beyond the parties is let in',
    CROWD,
    /without all|count|twice|passed/,
    'the round never adds up',
  ],
  [
    'an entry is emptied before it is made anew',
    LOCKSTEP,
    /dead/,
    'killed in between, he has not taken part in the round before',
  ],
];
for (const [mutation, options, violation, why] of MISTAKES)
  test(`Barrier breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, barrierModel({ ...options, mutation }), violation);
  });

// Harmless, as whoever ends a round took part in it: his death breaks the next one, and that rings all.
test('Barrier holds when a round ends before the ring', (t) => {
  const mutation = 'a round ends before the ring';
  for (const options of [LOCKSTEP, RESET]) assertHolds(t, barrierModel({ ...options, mutation }));
});
