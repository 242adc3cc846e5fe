/**
 * The sign at a slot: what onlookers are told of a participant's waits, also in the real waiting room.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSign, SIGN_WORDS, WaitSign } from '../../../src/memory/wait-sign.ts';
import { settle, Things, THINGS_ADDRESS, WaitingWorld } from './waiting-world.ts';

const BASE = 2 ** 46;
const LINE = 64;

function newSign(): { words: Int32Array; sign: WaitSign } {
  const words = new Int32Array(SIGN_WORDS);
  return { words, sign: new WaitSign(words, BASE) };
}

test('A sign names each object that is waited for, the one that the thread is blocked for first', () => {
  const { words, sign } = newSign();
  assert.deepEqual(readSign(words), { isBlocked: false, lines: [] });
  sign.enter(BASE + 3 * LINE);
  sign.enter(BASE + 5 * LINE);
  sign.enter(BASE + 5 * LINE); // two conditions of one object
  assert.deepEqual(readSign(words), { isBlocked: false, lines: [3, 5] });
  sign.block(BASE + 2 ** 30 * LINE);
  assert.deepEqual(readSign(words), { isBlocked: true, lines: [2 ** 30, 3, 5] });
  sign.unblock();
  sign.leave(BASE + 5 * LINE);
  assert.deepEqual(readSign(words), { isBlocked: false, lines: [3, 5] });
  sign.leave(BASE + 5 * LINE);
  sign.leave(BASE + 3 * LINE);
  assert.deepEqual(
    [...words],
    Array.from({ length: SIGN_WORDS }, () => 0),
  );
});

test('A sign that is full stays as it is, and leaving what it does not name changes nothing', () => {
  const { words, sign } = newSign();
  for (let line = 1; line < SIGN_WORDS + 3; line++) sign.enter(BASE + line * LINE);
  const full = [...words];
  sign.leave(BASE + (SIGN_WORDS + 1) * LINE);
  assert.deepEqual([...words], full);
  assert.equal(readSign(words).lines.length, SIGN_WORDS - 1);
});

test('Who waits in the event loop shows it until its last wait is over', async () => {
  const world = new WaitingWorld();
  const things = new Things(world);
  const waits = [things.wait(), things.wait()];
  assert.deepEqual(readSign(world.sign), { isBlocked: false, lines: [THINGS_ADDRESS / LINE] });
  things.bring(1);
  await settle();
  assert.deepEqual(readSign(world.sign).lines, [THINGS_ADDRESS / LINE]);
  things.bring(2);
  await Promise.all(waits);
  assert.deepEqual(readSign(world.sign).lines, []);
});

test('Who blocks shows it while it sleeps, and not when it gave up', () => {
  const world = new WaitingWorld();
  const things = new Things(world);
  const seen: boolean[] = [];
  world.onSleep = () => {
    seen.push(readSign(world.sign).isBlocked);
    things.items.push(1);
    return 'woken';
  };
  assert.equal(things.waitSync(), 1);
  assert.deepEqual([seen, readSign(world.sign).isBlocked], [[true], false]);
  world.onSleep = () => {
    throw new Error('the stack ends');
  };
  assert.throws(() => things.waitSync(), /the stack ends/);
  assert.deepEqual(readSign(world.sign), { isBlocked: false, lines: [] });
});
