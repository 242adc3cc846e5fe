/** One function over many items: order, laziness, back-pressure, failures of items and of their source. */
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { DuodaoError, Event, Pool, SharedArray } from '../../src/index.ts';
import * as tasks from '../fixtures/pool/tasks.ts';
import { endsClean } from '../harness/clean-end.ts';
import { until } from '../harness/tree.ts';

const pool = new Pool({ workers: 2 });
after(() => pool[Symbol.asyncDispose]());
endsClean(); // after the pool has ended

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Numbers without end, and how many were taken. */
function endless(): { items: Generator<number>; pulled: () => number; isClosed: () => boolean } {
  let pulled = 0;
  let isClosed = false;
  function* numbers(): Generator<number> {
    try {
      for (;;) yield pulled++;
    } finally {
      isClosed = true;
    }
  }
  return { items: numbers(), pulled: () => pulled, isClosed: () => isClosed };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const item of items) got.push(item);
  return got;
}

test('map gives all results in the order of the items, of whatever kind they are', async () => {
  assert.deepEqual(await pool.map(tasks.same<number>, range(2000)), range(2000));
  assert.deepEqual(await pool.map(tasks.lateSame<string>, new Set(['a', 'b'])), ['a', 'b']);
  assert.deepEqual(await pool.map(tasks.same<number>, []), []);
  const late = async function* (): AsyncGenerator<number> {
    for (const item of range(50)) yield await Promise.resolve(item);
  };
  assert.deepEqual(await pool.map(tasks.same<number>, late()), range(50));
  assert.deepEqual(await pool.map(tasks.same<undefined>, [undefined, undefined]), [undefined, undefined]);
});

test('map with chunks of any size does each item once', async () => {
  for (const chunkSize of [1, 7, 500]) {
    const counts = new SharedArray('i32', 300);
    const items = range(300).map((index) => ({ counts, index }));
    assert.deepEqual(await pool.map(tasks.counts, items, { chunkSize }), range(300));
    assert.ok(counts.view.every((count) => count === 1));
  }
});

test('map does all items also when some fail, and rejects with the failure of the first of these', async () => {
  const counts = new SharedArray('i32', 10);
  const bad = { counts: 'none' as never, index: 3 };
  const items = range(10).map((index) => (index === 3 ? bad : { counts, index }));
  await assert.rejects(pool.map(tasks.counts, items), { name: 'TypeError' });
  assert.deepEqual([...counts.view], [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]);
  await assert.rejects(pool.map(tasks.failsIfOdd, range(10)), { message: '1 is odd' });
});

test('An item that cannot cross fails by its path, and the rest runs', async () => {
  const items: unknown[] = [1, { no: () => 1 }, 3];
  const fates = await collect(pool.settled(tasks.same<unknown>, items));
  assert.deepEqual(
    fates.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  const { reason } = fates[1] ?? {};
  assert.ok(reason instanceof DuodaoError);
  assert.equal(reason.code, 'not-cloneable');
  assert.match(reason.message, /items\[1\]\S*\.no/);
});

test('settled tells the fate of each item, in order or as they end', async () => {
  for (const ordered of [true, false]) {
    const fates = await collect(pool.settled(tasks.failsIfOdd, range(9), { ordered }));
    if (!ordered) fates.sort((a, b) => a.index - b.index);
    assert.deepEqual(
      fates.map(({ index, status, value }) => [index, status, value]),
      range(9).map((index) => (index % 2 ? [index, 'rejected', undefined] : [index, 'fulfilled', index])),
    );
    assert.ok(fates.every(({ attempts, pid }) => attempts === 1 && pid !== process.pid && pid !== undefined));
  }
});

test('A stream gives results in the order of the items; unordered as they come', async () => {
  const gate = new Event();
  const items = [gate, undefined, undefined];
  const begun = pool.stream(tasks.waitsFor, items, { ordered: false })[Symbol.asyncIterator]();
  assert.deepEqual(await begun.next(), { done: false, value: false });
  assert.deepEqual(await begun.next(), { done: false, value: false });
  gate.set();
  assert.deepEqual(await begun.next(), { done: false, value: true });
  assert.equal((await begun.next()).done, true);
  assert.deepEqual(await collect(pool.stream(tasks.same<number>, range(700))), range(700));
});

test('A stream ends with the first failure', async () => {
  const got: number[] = [];
  const iterate = async (): Promise<void> => {
    for await (const item of pool.stream(tasks.failsIfOdd, [0, 2, 3, 4])) got.push(item);
  };
  await assert.rejects(iterate(), { message: '3 is odd' });
  assert.deepEqual(got, [0, 2]);
});

test('A stream takes from an endless source no more than was taken from it and is under way', async () => {
  const concurrency = 5;
  const { items, pulled, isClosed } = endless();
  let got = 0;
  for await (const item of pool.stream(tasks.same<number>, items, { concurrency })) {
    assert.equal(item, got++);
    await new Promise((resolve) => setImmediate(resolve));
    // One more may be in the hand of whoever waits for room.
    assert.ok(pulled() <= got + concurrency + 1, `${pulled()} pulled, ${got} taken`);
    if (got === 100) break;
  }
  assert.ok(isClosed(), 'the source is closed when nobody wants more');
});

test('A stream of which nothing is taken takes only what it may have under way', async () => {
  const { items, pulled } = endless();
  const stream = pool.stream(tasks.same<number>, items, { concurrency: 3 })[Symbol.asyncIterator]();
  assert.equal(pulled(), 0, 'not begun before anybody asks');
  await stream.next();
  await pool.drain();
  assert.ok(pulled() <= 5, `${pulled()} pulled`);
  await stream.return?.();
});

test('An async source is asked no further ahead than results are taken, and is closed', async () => {
  let [pulled, isClosed] = [0, false];
  async function* numbers(): AsyncGenerator<number> {
    try {
      for (;;) yield await Promise.resolve(pulled++);
    } finally {
      isClosed = true;
    }
  }
  let got = 0;
  for await (const item of pool.stream(tasks.same<number>, numbers(), { concurrency: 4 })) {
    assert.equal(item, got++);
    assert.ok(pulled <= got + 5, `${pulled} pulled, ${got} taken`);
    if (got === 60) break;
  }
  await until('the source is closed', () => isClosed);
});

test('What a source throws midway ends the call, after the items that it gave before', async () => {
  function* numbers(): Generator<number> {
    yield* [0, 1, 2];
    throw new RangeError('the source is dry');
  }
  const got: number[] = [];
  const iterate = async (): Promise<void> => {
    for await (const item of pool.stream(tasks.same<number>, numbers())) got.push(item);
  };
  await assert.rejects(iterate(), { message: 'the source is dry' });
  assert.deepEqual(got, [0, 1, 2]);
  await assert.rejects(pool.map(tasks.same<number>, numbers()), { message: 'the source is dry' });
  assert.deepEqual(pool.stats().queued + pool.stats().running, 0);
});

test('A signal ends a call over many items with its reason, also when the source gives nothing', async () => {
  const reason = new Error('enough');
  const aborted = AbortSignal.abort(reason);
  await assert.rejects(pool.map(tasks.same<number>, [1], { signal: aborted }), reason);
  await assert.rejects(collect(pool.stream(tasks.same<number>, [1], { signal: aborted })), reason);
  const { items } = endless();
  const controller = new AbortController();
  const stream = pool.stream(tasks.same<number>, items, { signal: controller.signal });
  const iterate = async (): Promise<void> => {
    for await (const item of stream) if (item === 20) controller.abort(reason);
  };
  await assert.rejects(iterate(), reason);
  const silent: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
  };
  for (const call of [
    (signal: AbortSignal) => pool.map(tasks.same<number>, silent, { signal }),
    (signal: AbortSignal) => collect(pool.stream(tasks.same<number>, silent, { signal })),
  ]) {
    const other = new AbortController();
    const pending = call(other.signal);
    setImmediate(() => other.abort(reason));
    await assert.rejects(pending, reason);
  }
});

test('A map that was called before its pool is closed is done', async () => {
  const one = new Pool({ workers: 1 });
  const [short, late] = [range(300), range(20)];
  const source = async function* (): AsyncGenerator<number> {
    for (const item of late) yield await Promise.resolve(item);
  };
  const maps = [one.map(tasks.same<number>, short), one.map(tasks.same<number>, source())];
  one.close();
  assert.deepEqual(await Promise.all(maps), [short, late]);
  await assert.rejects(one.run(tasks.add, 1, 2), { code: 'closed' });
  await one.join();
});

test('A pool that is terminated ends calls whose source gives nothing', async () => {
  const one = new Pool({ workers: 1 });
  const silent: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
  };
  const calls = [one.map(tasks.same<number>, silent), collect(one.stream(tasks.same<number>, silent))];
  setImmediate(() => one.terminate());
  for (const call of calls) await assert.rejects(call, { code: 'closed' });
  await one.join();
});

test('A call over what is not iterable is refused, and so are options that do not exist', async () => {
  await assert.rejects(pool.map(tasks.same<number>, 5 as never), { name: 'TypeError', message: /iterable/ });
  assert.throws(() => pool.stream(tasks.same<number>, undefined as never), /iterable/);
  assert.throws(() => pool.stream(tasks.same<number>, [], { order: true } as never), /order/);
  await assert.rejects(pool.map(tasks.same<number>, [], { chunkSize: 0 }), /chunkSize/);
});
