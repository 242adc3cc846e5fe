/**
 * What an event promises: see event.ts. How: every order of the steps of a few participants, with a kill before each
 * store; then the same with one mistake put in, which must be found.
 */
import { test } from 'node:test';
import { type EventMutation, eventModel, type EventOptions } from './event.ts';
import { assertCaught, assertHolds } from './explore.ts';

const PULSES: EventOptions = { waiters: 2, changers: [['set', 'clear', 'set', 'clear']], crashes: 2 };
const RIVALS: EventOptions = {
  waiters: 2,
  changers: [
    ['set', 'clear'],
    ['clear', 'set'],
  ],
  crashes: 2,
};

test('Event wakes all who wait, though it is cleared at once, whoever dies', (t) => {
  assertHolds(t, eventModel(PULSES));
});
test('Event that is set and cleared by two at once forgets nobody', (t) => {
  assertHolds(t, eventModel(RIVALS));
});

const MISTAKES: readonly (readonly [EventMutation, EventOptions, RegExp, string])[] = [
  ['it is set before the ring', PULSES, /forgotten/, 'killed in between, nobody is woken'],
  ['the set is cleared before the ring', RIVALS, /forgotten/, 'killed in between, nobody knows who sleeps'],
  ['a waiter looks only whether it is set', PULSES, /forgotten/, 'it is cleared by the time he looks'],
  [
    'a waiter remembers anew at each look',
    PULSES,
    /forgotten|never set/,
    'he takes it for the one he came with',
  ],
  ['clear counts no change', PULSES, /forgotten/, 'it looks as if it had never been set'],
];
for (const [mutation, options, violation, why] of MISTAKES)
  test(`Event breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, eventModel({ ...options, mutation }), violation);
  });
