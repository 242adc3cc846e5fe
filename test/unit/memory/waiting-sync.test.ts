/** Waits that block the thread, which is played: what they do before and after each sleep, and how they end. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { NOT_YET, type NotYet } from '../../../src/memory/waiting.ts';
import { Things, WaitingWorld } from './waiting-world.ts';

let world: WaitingWorld;
let things: Things;
beforeEach(() => {
  world = new WaitingWorld();
  things = new Things(world);
});

const TIMED_OUT = { name: 'DuodaoError', code: 'timed-out' };

test('waitSync() takes what is there, without blocking', () => {
  things.items.push(7);
  assert.equal(things.waitSync(), 7);
  assert.deepEqual(world.asked, []);
});

test('waitSync() sleeps until it is rung, and says while it does so that it blocks', () => {
  let sleeps = 0;
  world.onSleep = () => {
    if (++sleeps === 3) things.bring(4);
    return sleeps === 3 ? 'woken' : 'changed';
  };
  assert.equal(things.waitSync(), 4);
  assert.equal(sleeps, 3);
  assert.deepEqual(world.asked, ['block', 'unblock']);
  assert.equal(world.netHits, 0);
});

test('waitSync() does not sleep when the ring came after it had looked', () => {
  world.onSleep = () => assert.fail('it sleeps though it was rung');
  let looks = 0;
  const attempt = (register: boolean): number | NotYet => {
    const taken = things.take(register);
    if (++looks === 2) things.bring(9);
    return taken;
  };
  assert.equal(things.point.waitSync('A thing', attempt, undefined), 9);
});

test('waitSync() that is out of time says so, has taken nothing, and never sleeps beyond its time', () => {
  const asked: number[] = [];
  world.onSleep = (timeoutMs) => {
    asked.push(timeoutMs);
    // Sleeps as long as it was told, on the real clock.
    const end = performance.now() + timeoutMs;
    while (performance.now() < end);
    return 'timed-out';
  };
  const start = performance.now();
  assert.throws(() => things.waitSync({ timeoutMs: 120 }), TIMED_OUT);
  assert.ok(performance.now() - start >= 120);
  assert.ok(
    asked.every((timeoutMs) => timeoutMs > 0 && timeoutMs <= 50),
    `it slept ${asked.join(', ')} ms`,
  );
  assert.deepEqual(world.asked, ['block', 'unblock']);
  things.bring(1);
  assert.deepEqual(things.items, [1]);
});

test('waitSync() with timeoutMs 0 tries once; with a bad one it is refused, though the thing is there', () => {
  world.onSleep = () => assert.fail('it sleeps');
  assert.throws(() => things.waitSync({ timeoutMs: 0 }), TIMED_OUT);
  things.items.push(3);
  for (const timeoutMs of [-1, Number.NaN]) assert.throws(() => things.waitSync({ timeoutMs }), RangeError);
  assert.equal(things.waitSync({ timeoutMs: 0 }), 3);
  assert.deepEqual(world.asked, []);
});

test('waitSync() whose attempt throws ends with that, and blocks no more', () => {
  world.onSleep = () => 'woken';
  let looks = 0;
  const attempt = (): NotYet => {
    if (++looks === 3) throw new RangeError('it broke');
    return NOT_YET;
  };
  assert.throws(() => things.point.waitSync('A thing', attempt, undefined), /it broke/);
  assert.deepEqual(world.asked, ['block', 'unblock']);
});

test('waitSync() serves the waits of its event loop while it blocks', async () => {
  const others = new Things(world);
  const awaited = others.wait();
  let sleeps = 0;
  world.onSleep = () => {
    sleeps++;
    if (sleeps === 1) others.bring(5);
    if (sleeps === 2) {
      assert.deepEqual(others.items, [], 'the other wait was served before this one sleeps again');
      things.bring(6);
    }
    return 'woken';
  };
  assert.equal(things.waitSync(), 6);
  assert.equal(await awaited, 5);
});

test('waitSync() finds what no ring told of, and counts it', () => {
  world.onSleep = () => {
    things.items.push(1); // changed without a ring: a defect
    return 'timed-out';
  };
  assert.equal(things.waitSync(), 1);
  assert.equal(world.netHits, 1);
});

test('waitSync() counts no hit when the ring comes while it looks, or somebody has died', () => {
  let looks = 0;
  const attempt = (register: boolean): number | NotYet => {
    if (++looks === 3) things.bring(2); // after the sleep was over, before the look
    return things.take(register);
  };
  assert.equal(things.point.waitSync('A thing', attempt, undefined), 2);
  assert.equal(world.netHits, 0);
  world.onReap = () => {
    things.items.push(3);
    return true;
  };
  assert.equal(things.waitSync(), 3);
  assert.equal(world.netHits, 0);
});

test('waitSync() looks for the dead whenever nobody rings for a while', () => {
  let reaps = 0;
  world.onReap = () => {
    if (++reaps === 4) things.bring(1);
    return false;
  };
  assert.equal(things.waitSync(), 1);
  assert.equal(reaps, 4);
});
