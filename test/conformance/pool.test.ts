/** What a pool is asked to do and gives back: results, errors, what a task says while it runs. One pool for all. */
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { currentTask, DuodaoError, Event, Pool, Queue } from '../../src/index.ts';
import * as tasks from '../fixtures/pool/tasks.ts';
import { endsClean } from '../harness/clean-end.ts';
import { until } from '../harness/tree.ts';

const pool = new Pool({ workers: 2 });
after(() => pool[Symbol.asyncDispose]());
endsClean(); // after the pool has ended

const notCloneable = (path: string) => (error: unknown) =>
  error instanceof DuodaoError && error.code === 'not-cloneable' && error.message.includes(path);

test('A pool runs a function with its arguments and gives what it returns', async () => {
  assert.equal(await pool.run(tasks.add, 1, 2), 3);
  assert.equal(await pool.run(tasks.lateSame, 'late'), 'late');
  assert.notEqual(await pool.run(tasks.pidOf), process.pid);
});

test('Values cross to a worker and back as they are', async () => {
  const cycle: Record<string, unknown> = { name: 'cycle' };
  cycle['self'] = cycle;
  const values: unknown[] = [undefined, null, true, -0, Number.NaN, 2 ** 40, 1e-310, '', 'é\ud800', 12n];
  const holes: unknown[] = [1];
  holes[2] = 3;
  values.push(holes, new Map([[{ a: 1 }, new Set([-0])]]), new Date(5), /a+/giu, cycle);
  values.push(JSON.parse('{"__proto__": 1}'), new Uint8Array([1, 2]), 'z'.repeat(100));
  const got = await Promise.all(values.map((value) => pool.run(tasks.same, value)));
  assert.deepStrictEqual(got, values);
  assert.ok(Object.is(got[3], -0));
});

test('What is too large for a line crosses, there and back, and nothing of it stays', async () => {
  const numbers = Float64Array.from({ length: 100_000 }, (_, index) => index);
  assert.equal(await pool.run(tasks.sum, numbers), (99_999 * 100_000) / 2);
  assert.deepEqual(await pool.run(tasks.backwards, numbers), numbers.toReversed());
  const text = await pool.run(tasks.repeated, 'é', 300_000);
  assert.equal(text, 'é'.repeat(300_000));
});

test('Shared objects and functions cross as themselves, also as results', async () => {
  const queue = new Queue({ capacity: 4 });
  await pool.run(tasks.forwards, queue, { through: 'a queue' });
  assert.deepEqual(await queue.get(), { through: 'a queue' });
  const back = (await pool.run(tasks.same, { queue })) as { queue: Queue };
  assert.ok(back.queue.tryPut(1));
  assert.equal(queue.size, 1);
  assert.deepEqual(await pool.run(tasks.returnsFunction), { add: tasks.add });
  assert.equal(await pool.run(tasks.same, tasks.add), tasks.add);
});

test('Arguments are taken as they are at the call', async () => {
  const list = [1];
  const sum = pool.run(tasks.same, list);
  list.push(2);
  assert.deepEqual(await sum, [1]);
});

test('An error crosses with its class name, code, cause and own fields', async () => {
  await assert.rejects(pool.run(tasks.fails, 7), (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'Ticket');
    assert.equal(error.message, 'Seat 7 is sold');
    assert.match(error.stack ?? '', /fixtures\/pool\/tasks\.ts/);
    const { seat, code, cause } = error as unknown as tasks.Ticket;
    assert.deepEqual({ seat, code }, { seat: 7, code: 'ESOLD' });
    assert.ok(cause instanceof RangeError);
    assert.equal(cause.message, 'too late');
    return true;
  });
  await assert.rejects(pool.run(tasks.throwsText, 'plain'), (error) => error === 'plain');
});

test('An error that cannot cross whole keeps what can, and says what could not', async () => {
  await assert.rejects(pool.run(tasks.throwsWithClosure), (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'TypeError');
    assert.equal(error.message, 'with something that cannot cross');
    assert.equal((error as unknown as { code: string }).code, 'EODD');
    assert.ok(notCloneable('onDone')(error.cause));
    return true;
  });
  await assert.rejects(pool.run(tasks.throwsUnreadable), Error);
  assert.equal(await pool.run(tasks.add, 1, 1), 2);
});

test('What cannot cross is refused by its path: an argument at the call, a result in the worker', async () => {
  await assert.rejects(pool.run(tasks.same, { on: [() => 1] }), notCloneable('args[0].on[0]'));
  await assert.rejects(pool.run(tasks.returnsClosure), notCloneable('result.deep[0].call'));
  assert.throws(() => pool.submit(tasks.same, [() => 1]), notCloneable('args[0]'));
});

test('A function that is not exported is refused by its name, and so is what is none', async () => {
  function hidden(): void {}
  await assert.rejects(pool.run(hidden), (error) => {
    return error instanceof DuodaoError && error.code === 'not-exported' && error.message.includes('hidden');
  });
  await assert.rejects(pool.run('add' as unknown as () => void), {
    name: 'TypeError',
    message: /must be a function/,
  });
  await assert.rejects(pool.map(hidden, [1, 2]), { code: 'not-exported' });
  assert.equal(await pool.run(tasks.add, 2, 2), 4);
});

test('A task tells how it goes: queued, running, done, and the name of its function', async () => {
  const [begun, gate] = [new Event(), new Event()];
  const task = pool.submit(tasks.waits, [begun, gate]);
  assert.equal(task.name, 'waits');
  await begun.wait();
  assert.equal(task.state, 'running');
  gate.set();
  assert.equal(await task.result, 'let go');
  assert.equal(task.state, 'done');
  assert.equal(task.attempts, 1);
  const named = pool.submit(tasks.fails, [1], { name: 'seat 1' });
  await assert.rejects(named.result);
  assert.deepEqual([named.state, named.name], ['failed', 'seat 1']);
});

test('A failure that nobody asks for troubles nobody', async () => {
  pool.submit(tasks.fails, [1]);
  await pool.drain();
});

test('Who iterates over a task gets all of its parts, in order, also when they come late to it', async () => {
  const parts = [1, { two: 2 }, 'é'.repeat(20_000), null, undefined];
  const task = pool.submit(tasks.says, [parts]);
  const early: unknown[] = [];
  for await (const part of task) early.push(part);
  assert.deepEqual(early, parts);
  assert.equal(await task.result, parts.length);
  assert.deepEqual(task.progress, { done: 5, of: 5 });
  const late: unknown[] = [];
  for await (const part of task) late.push(part);
  assert.deepEqual(late, parts);
});

test('Iterating ends with the error of the task, after its parts', async () => {
  const task = pool.submit(tasks.saysThenFails, [[1, 2]]);
  const got: unknown[] = [];
  const iterate = async (): Promise<void> => {
    for await (const part of task) got.push(part);
  };
  await assert.rejects(iterate(), { name: 'RangeError', message: 'after its parts' });
  assert.deepEqual(got, [1, 2]);
});

test('A task that says more than fits on its line waits for the pool, and loses nothing', async () => {
  const task = pool.submit(tasks.saysMuch, [300, 1000]);
  let bytes = 0;
  for await (const part of task) bytes += (part as string).length;
  assert.equal(bytes, 300_000);
  const large = pool.submit(tasks.saysMuch, [5, 100_000]);
  assert.equal(await large.result, 5);
});

test('A part or progress may be a function or a shared object', async () => {
  const task = pool.submit(tasks.says, [[tasks.add]]);
  const got: unknown[] = [];
  for await (const part of task) got.push(part);
  assert.deepEqual(got, [tasks.add]);
  const other = pool.submit(tasks.progresses, [tasks.add]);
  await other.result;
  assert.equal(other.progress, tasks.add);
});

test('Outside of a task there is no current one, neither here nor in a worker', async () => {
  const refused = { name: 'TypeError', message: /no task of a pool/ };
  assert.throws(() => currentTask(), refused);
  assert.equal(await pool.run(tasks.taskOutside), 'taskOutside');
});

test('A pool counts what it has done', async () => {
  // Both have started, and are done with what the tests before gave them.
  await until('both are idle', () => pool.stats().workers.every(({ state }) => state === 'idle'));
  const before = pool.stats();
  await pool.run(tasks.add, 1, 2);
  await assert.rejects(pool.run(tasks.fails, 1));
  const { done, failed, queued, running, workers, policy, runMs, waitMs } = pool.stats();
  assert.deepEqual(
    { done, failed, queued, running, policy },
    { done: before.done + 1, failed: before.failed + 1, queued: 0, running: 0, policy: 'fcfs' },
  );
  assert.equal(workers.length, 2);
  assert.ok(workers.every(({ state, pid }) => state === 'idle' && pid !== process.pid));
  for (const one of [runMs, waitMs])
    assert.ok(one.p50 <= one.p90 && one.p90 <= one.p99 && one.p99 <= one.max);
});
