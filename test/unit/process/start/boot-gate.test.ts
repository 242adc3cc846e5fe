/** How many may boot at once: the rest wait in their order, and nobody waits for one that will never come. */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { afterEach, test } from 'node:test';
import { countBoots, countUnplaced, passGate } from '../../../../src/process/start/boot-gate.ts';
import type { Life } from '../../../../src/process/life.ts';

const LIMIT = Math.max(4, 2 * availableParallelism());

interface Boot {
  isAlive: boolean;
  stage: 'ready' | 'running';
  hasPlace: boolean;
}
let lives: Boot[] = [];
afterEach(() => {
  for (const life of lives) life.isAlive = false;
  lives = [];
});

function life(): Boot {
  const one: Boot = { isAlive: true, stage: 'ready', hasPlace: false };
  lives.push(one);
  return one;
}

function pass(one: Boot, launch: () => void): Promise<void> | undefined {
  return passGate(one as unknown as Life, launch);
}

test('Boots begin at once while there is room, and then as others have begun their work or ended', async () => {
  const launched: number[] = [];
  const all = Array.from({ length: LIMIT + 3 }, life);
  const turns = all.map((one, index) => pass(one, () => launched.push(index)));
  const first = [...all.keys()].slice(0, LIMIT);
  assert.deepEqual([launched, countBoots()], [first, LIMIT]);
  assert.ok(turns.every((turn, index) => (turn === undefined) === index < LIMIT));
  (all[2] as Boot).stage = 'running';
  await turns[LIMIT];
  assert.deepEqual(launched, [...first, LIMIT]);
  assert.equal(countBoots(), LIMIT);
  (all[0] as Boot).isAlive = false;
  (all[1] as Boot).isAlive = false;
  for (const turn of turns) await turn;
  assert.deepEqual(launched, [...first, LIMIT, LIMIT + 1, LIMIT + 2]);
});

test('Boots are counted apart that have no place of their own yet, beside the one that asks', () => {
  const [placed, waiting, asking] = [life(), life(), life()];
  placed.hasPlace = true;
  for (const one of [placed, waiting, asking])
    assert.equal(
      pass(one, () => undefined),
      undefined,
    );
  assert.deepEqual([countBoots(), countUnplaced(), countUnplaced(asking as unknown as Life)], [3, 2, 1]);
  waiting.stage = 'running';
  assert.equal(countUnplaced(asking as unknown as Life), 0);
});

test('Boots that are called off before their turn are not launched, and are in nobody’s way', async () => {
  const launched: number[] = [];
  const all = Array.from({ length: LIMIT + 3 }, life);
  const turns = all.map((one, index) => pass(one, () => launched.push(index)));
  (all[LIMIT] as Boot).isAlive = false;
  (all[LIMIT + 2] as Boot).isAlive = false;
  await turns[LIMIT]; // nobody has made room
  assert.equal(launched.length, LIMIT);
  (all[0] as Boot).stage = 'running';
  for (const turn of turns) await turn;
  assert.deepEqual(launched.slice(LIMIT), [LIMIT + 1]);
});

test('Boots that never end give their room away after a time', async (t) => {
  const all = Array.from({ length: LIMIT }, life);
  for (const one of all)
    assert.equal(
      pass(one, () => undefined),
      undefined,
    );
  assert.equal(countBoots(), LIMIT);
  const now = performance.now();
  t.mock.method(performance, 'now', () => now + 60_000);
  assert.equal(countBoots(), 0);
  assert.equal(
    pass(life(), () => undefined),
    undefined,
  );
});
