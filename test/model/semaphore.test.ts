/**
 * What a semaphore promises: see semaphore.ts. How: every order of the steps of a few participants, with a kill before
 * each store; then the same with one mistake put in, which must be found.
 */
import { test } from 'node:test';
import { assertCaught, assertHolds, DEEP } from './explore.ts';
import { semaphoreModel, type SemaphoreMutation, type SemaphoreOptions } from './semaphore.ts';

const OWNED: SemaphoreOptions = { people: 3, rounds: 2, permits: 1, owned: true, crashes: 2 };
const TWO: SemaphoreOptions = { people: 4, rounds: 1, permits: 2, owned: true, crashes: 2 };
const PLAIN: SemaphoreOptions = { ...OWNED, owned: false };

const FAIR: SemaphoreOptions = {
  ...OWNED,
  rounds: 1,
  permits: 2,
  fair: true,
  giveUps: 1,
  people: 4,
  crashes: 1,
};
const GIFT: SemaphoreOptions = { ...FAIR, owned: false, people: 3, gift: 2 };

test('Semaphore whose permits have owners holds, whoever dies', (t) => assertHolds(t, semaphoreModel(OWNED)));
test('Semaphore of two permits holds, whoever dies', (t) => assertHolds(t, semaphoreModel(TWO)));
test('Semaphore without owners holds, and loses no more than the permits of the dead', (t) => {
  assertHolds(t, semaphoreModel(PLAIN));
  assertHolds(t, semaphoreModel({ ...TWO, owned: false }));
});
test('Semaphore that is fair holds, whoever gives up or dies', (t) => {
  assertHolds(t, semaphoreModel(FAIR));
  assertHolds(t, semaphoreModel({ ...FAIR, owned: false, permits: 1 }));
  assertHolds(t, semaphoreModel(GIFT));
});
test('Semaphore holds for longer runs', { skip: !DEEP && 'DUODAO_MODEL=deep' }, (t) => {
  assertHolds(t, semaphoreModel({ ...OWNED, people: 4, rounds: 3, permits: 2, crashes: 3 }));
});

const MISTAKES: readonly (readonly [SemaphoreMutation, SemaphoreOptions, RegExp, string])[] = [
  ['permits are given back before the ring', OWNED, /forgotten/, 'killed in between, nobody is woken'],
  ['permits are given back before the ring', PLAIN, /forgotten/, 'killed in between, nobody is woken'],
  ['the set is cleared before the ring', OWNED, /forgotten/, 'killed in between, nobody knows who sleeps'],
  ['repair does not add up', OWNED, /free is wrong/, 'a death between the commit and the count'],
  [
    'free changes before the commit, and repair does not add up',
    OWNED,
    /free is wrong/,
    'it is taken, and nobody has it',
  ],
  [
    'the permits of the dead come back before the ring',
    OWNED,
    /forgotten/,
    'the reaper is killed in between',
  ],
  ['the dead are buried with their permits', OWNED, /lost/, 'they never come back'],
  [
    'what is free is not counted after a reaping',
    OWNED,
    /free is wrong/,
    'it came back, and nobody finds it',
  ],
  ['only one sleeper is rung', OWNED, /forgotten/, 'he dies on the way, and the wake-up with him'],
  ['who is served does not ring for the next', GIFT, /forgotten/, 'he looked while it was not yet his turn'],
  [
    'who gives up does not ring for the next',
    { ...FAIR, crashes: 0 },
    /forgotten/,
    'his turn has come, and he sleeps',
  ],
  ['who gives up keeps his ticket', FAIR, /forgotten/, 'nobody comes after it'],
  ['the dead keep their tickets', FAIR, /forgotten/, 'nobody comes after them'],
];
for (const [mutation, options, violation, why] of MISTAKES)
  test(`Semaphore ${options.owned ? '' : 'without owners '}breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, semaphoreModel({ ...options, mutation }), violation);
  });
