/**
 * How waits begin, go on and end. The thread is played: its bell, its sleep, its clock. That real threads and
 * processes wake each other is in waiting-real.test.ts; every interleaving of the steps in test/model/bell.test.ts.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { settle, stopClock, Things, WaitingWorld } from './waiting-world.ts';

let world: WaitingWorld;
let things: Things;
beforeEach(() => {
  world = new WaitingWorld();
  things = new Things(world);
});

const TIMED_OUT = { name: 'DuodaoError', code: 'timed-out' };

test('wait() for what is there takes it, and never listens', async () => {
  things.items.push(7);
  assert.equal(await things.wait(), 7);
  assert.deepEqual(world.asked, []);
});

test('wait() listens while anybody of the thread waits, whatever for, and no longer', async () => {
  const others = new Things(world);
  const [first, second, third] = [things.wait(), others.wait(), things.wait()];
  assert.deepEqual(world.asked, ['listen']);
  things.bring(1, 3);
  assert.deepEqual([await first, await third], [1, 3]);
  assert.deepEqual(world.asked, ['listen']);
  others.bring(2);
  assert.equal(await second, 2);
  assert.deepEqual(world.asked, ['listen', 'unlisten']);
});

test('wait() is served in the order of arrival, one for each thing that comes', async () => {
  const served: string[] = [];
  const waits = ['a', 'b', 'c', 'd'].map((name) =>
    things.wait().then((item) => served.push(`${name}${item}`)),
  );
  things.bring(1);
  await settle();
  assert.deepEqual(served, ['a1']);
  things.bring(2, 3);
  await settle();
  assert.deepEqual(served, ['a1', 'b2', 'c3']);
  things.bring(4);
  await Promise.all(waits);
  assert.deepEqual(served, ['a1', 'b2', 'c3', 'd4']);
});

test('wait() takes what came between its first look and its place in the wait set', async () => {
  let looks = 0;
  const attempt = (register: boolean): ReturnType<Things['take']> => {
    const taken = things.take(register);
    if (looks++ === 0) things.items.push(5); // and rings nobody, as nobody sleeps
    return taken;
  };
  assert.equal(await things.point.wait('A thing', attempt, undefined), 5);
});

test('wait() with a signal that is aborted already fails with its reason, though the thing is there', async () => {
  things.items.push(1);
  for (const reason of [new Error('gave up'), 'a text', undefined, null, 0]) {
    const signal = AbortSignal.abort(reason);
    await assert.rejects(things.wait({ signal }), (error: unknown) => error === signal.reason);
  }
  assert.deepEqual(things.items, [1]);
});

test('wait() that is aborted ends with the reason of the signal and has taken nothing', async () => {
  const gone = new AbortController();
  const first = things.wait({ signal: gone.signal });
  const second = things.wait();
  const failed = assert.rejects(first, /^Error: gave up$/);
  gone.abort(new Error('gave up'));
  await failed;
  things.bring(1);
  assert.equal(await second, 1);
});

test('wait() whose abort and whose thing come together gets one of the two, and the thing is not lost', async () => {
  const gone = new AbortController();
  const first = things.wait({ signal: gone.signal });
  const second = things.wait();
  things.bring(1); // its ring is heard a moment later
  gone.abort(new Error('gave up'));
  await assert.rejects(first, /gave up/);
  assert.equal(await second, 1);
});

test('wait() that leaves lets go on who only waited behind it', async () => {
  const gone = new AbortController();
  const greedy = things.point.wait('Three things', things.taking(3), { signal: gone.signal });
  const modest = things.wait();
  things.bring(1, 2);
  await settle();
  assert.deepEqual(things.items, [1, 2]);
  const failed = assert.rejects(greedy);
  gone.abort();
  assert.equal(await modest, 1);
  await failed;
});

test('wait() leaves no listener on its signal, however it ends', async () => {
  const gone = new AbortController();
  let listeners = 0;
  const { signal } = gone;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
  const served = things.wait({ signal });
  things.bring(1);
  await served;
  assert.equal(listeners, 0);
  const refused = things.point.wait('A thing', () => assert.fail('broken'), { signal });
  await assert.rejects(refused, /broken/);
  assert.equal(listeners, 0);
});

test('wait() with timeoutMs 0 tries once, and waits for nothing', async () => {
  await assert.rejects(things.wait({ timeoutMs: 0 }), TIMED_OUT);
  things.items.push(3);
  assert.equal(await things.wait({ timeoutMs: 0 }), 3);
  assert.deepEqual(world.asked, []);
});

test('wait() with a bad timeoutMs is refused, though the thing is there', async () => {
  things.items.push(1);
  for (const timeoutMs of [-1, Number.NaN, -Infinity])
    await assert.rejects(things.wait({ timeoutMs }), RangeError);
  await assert.rejects(things.wait({ timeoutMs: '5' as unknown as number }), TypeError);
  assert.deepEqual(things.items, [1]);
});

test('wait() that is out of time says so, has taken nothing, and not a moment too early', async () => {
  const clock = stopClock();
  try {
    let outcome = 'none';
    const first = things.wait({ timeoutMs: 100 }).catch((error: Error) => (outcome = error.message));
    clock.pass(99);
    await settle();
    assert.equal(outcome, 'none');
    clock.pass(1);
    await first;
    assert.match(outcome, /^A thing did not happen within 100 ms$/);
    things.bring(8);
    assert.deepEqual(things.items, [8]);
  } finally {
    clock.restore();
  }
});

test('wait() that is out of time before it can begin to listen does not begin', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => (now += 10));
  await assert.rejects(things.wait({ timeoutMs: 5 }), TIMED_OUT);
  assert.deepEqual(world.asked, []);
});

test('wait() for longer than a timer can be waits so long', async (t) => {
  const timeouts = t.mock.method(globalThis, 'setTimeout');
  const gone = new AbortController();
  const waits = [2 ** 31 + 60_000, 1e12, Number.MAX_VALUE].map((timeoutMs) =>
    things.wait({ timeoutMs, signal: gone.signal }),
  );
  assert.deepEqual(
    timeouts.mock.calls.map(({ arguments: [, ms] }) => ms),
    [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1],
  );
  gone.abort();
  for (const { status } of await Promise.allSettled(waits)) assert.equal(status, 'rejected');
});

test('wait() whose attempt throws fails with that, and the next is served', async () => {
  let broken = false;
  const attempt = (register: boolean): ReturnType<Things['take']> => {
    if (broken) throw new RangeError('it broke');
    return things.take(register);
  };
  const first = things.point.wait('A thing', attempt, undefined);
  const second = things.wait();
  broken = true;
  things.bring(6);
  await assert.rejects(first, /it broke/);
  assert.equal(await second, 6);
});

test('wait() that cannot begin to listen fails, and takes nothing afterwards', async () => {
  const { room } = world;
  const enter = room.enter.bind(room);
  room.enter = () => {
    throw new Error('no descriptors left');
  };
  await assert.rejects(things.wait({ timeoutMs: 60_000 }), /no descriptors left/);
  room.enter = enter;
  things.bring(1);
  await settle();
  assert.deepEqual(things.items, [1]);
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout'),
    [],
  );
});

test('wait() that is served because somebody is found dead at its beginning leaves nothing behind', async () => {
  world.onWatchDeaths = () => {
    things.items.push(4);
    world.room.noticeDeath();
  };
  const gone = new AbortController();
  assert.equal(await things.wait({ timeoutMs: 60_000, signal: gone.signal }), 4);
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout'),
    [],
  );
  assert.equal(world.asked.at(-1), 'unlisten');
});

test('The net finds what no ring told of, and counts it', async () => {
  const clock = stopClock();
  try {
    const first = things.wait();
    things.items.push(1); // changed without a ring: a defect
    clock.pass(250);
    assert.equal(await first, 1);
    assert.equal(world.netHits, 1);
  } finally {
    clock.restore();
  }
});

test('The net counts nothing when a ring was on its way, or somebody had died', async () => {
  const clock = stopClock();
  try {
    const second = things.wait();
    things.bring(2); // its ring is heard a moment after the net has looked
    clock.pass(250);
    assert.equal(await second, 2);
    const third = things.wait();
    world.onReap = () => {
      things.items.push(3);
      return true;
    };
    clock.pass(250);
    assert.equal(await third, 3);
    world.onReap = () => false;
    const fourth = things.wait();
    world.room.noticeDeath();
    things.items.push(4);
    clock.pass(250);
    assert.equal(await fourth, 4);
    assert.equal(world.netHits, 0);
  } finally {
    clock.restore();
  }
});

test('The net is taken away when nobody waits any more', async () => {
  const clock = stopClock();
  try {
    const first = things.wait();
    things.bring(1);
    await first;
    let looked = 0;
    world.onReap = () => {
      looked++;
      return false;
    };
    clock.pass(250);
    clock.pass(5000);
    assert.equal(looked, 0);
  } finally {
    clock.restore();
  }
});
