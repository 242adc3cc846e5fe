/**
 * Experiments with queues, locks and shared state in which Python's multiprocessing hangs, loses or tears something:
 * "Python row N". Those without a number are warnings of its documentation; a "scenario" is what none of its tests
 * tries. The rows of pipes are in test/unit/ipc/pipe-deaths.test.ts and pipe-processes.test.ts.
 *
 * Kills of each kind: DUODAO_KILLS, 3 if it is not set.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import {
  type AnyFunction,
  Barrier,
  Condition,
  Event,
  Lock,
  pipe,
  Process,
  Queue,
  SharedArray,
  SharedMap,
  SharedMemory,
} from '../../src/index.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import * as rows from '../fixtures/ipc/python-rows.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { run } from '../harness/programs.ts';
import { endChildren, until } from '../harness/tree.ts';

endsClean();
afterEach(endChildren);

const KILLS = Number(process.env['DUODAO_KILLS'] ?? 3);
const KILLED = { how: 'killed', signal: 'SIGKILL' };

async function start<F extends AnyFunction>(target: F, args: Readonly<Parameters<F>>): Promise<Process> {
  return new Process({ target, args }).start();
}

async function killed(child: Process): Promise<void> {
  child.kill();
  assert.deepEqual(await child.join(HANG_GUARD), KILLED);
}

const newPlaces = (): rows.Places => new SharedArray('i32', 16);

/** Waits until the child has come to its place so often, and sleeps there. */
async function untilWaiting({ pid }: Process, places: rows.Places, place: number, times = 1): Promise<void> {
  const sleeps = (): boolean => stateLetterOf(pid as number) === 'S';
  await until('it waits', () => Atomics.load(places.view, place) >= times && sleeps());
}

test('Python row 1, scenario B1: the lock of a holder that is killed goes to the next one, who is told', async () => {
  const [lock, places] = [new Lock(), newPlaces()];
  for (let kill = 1; kill <= KILLS; kill++) {
    const holder = await start(rows.holdLock, [lock, places]);
    await untilWaiting(holder, places, 0, kill);
    assert.equal(lock.holder?.pid, holder.pid);
    const waiting = kill % 2 ? lock.acquire(HANG_GUARD) : undefined;
    await killed(holder);
    const held = (await waiting) ?? lock.acquireSync(HANG_GUARD);
    assert.equal(held.ownerDied, true);
    held.release();
    const next = lock.acquireSync(HANG_GUARD);
    assert.equal(next.ownerDied, false);
    next.release();
  }
});

for (const form of rows.FORMS) {
  test(`Python row 4, scenario B2: a reader killed while it ${form} in get() leaves all items`, async () => {
    const [queue, places] = [new Queue<number>(), newPlaces()];
    const got = new SharedArray('i32', KILLS * 10);
    const other = await start(rows.getAll, [queue, got, places, 1, form]);
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = await start(rows.getAll, [queue, got, places, 0, form]);
      await untilWaiting(victim, places, 0, kill + 1);
      await killed(victim);
      for (let number = kill * 10; number < (kill + 1) * 10; number++) await queue.put(number);
      await until('the other one has them', () =>
        got.view.slice(0, (kill + 1) * 10).every((had) => had === 1),
      );
      assert.equal(queue.size, 0);
    }
    await killed(other);
  });

  test(`Python row 6, scenario B4: set() returns though one that ${form} for the event is killed`, async () => {
    const event = new Event();
    const all = await Promise.all([1, 2].map(() => start(rows.awaitEvent, [event, form])));
    await until('they wait', () => event.stats().waiting === 2);
    await killed(all[0] as Process);
    event.set();
    assert.deepEqual(await all[1]?.join(HANG_GUARD), { how: 'exited', code: 0 });
    event.waitSync({ timeoutMs: 0 });
  });

  test(`Python row 6, scenario B4: notifyAll() returns though one that ${form} for it is killed`, async () => {
    const condition = new Condition();
    const all = await Promise.all([1, 2].map(() => start(rows.awaitCondition, [condition, form])));
    await until('they wait', () => condition.stats().waiting === 2);
    await killed(all[0] as Process);
    assert.equal(await condition.use(() => condition.notifyAll()), 1);
    assert.deepEqual(await all[1]?.join(HANG_GUARD), { how: 'exited', code: 0 });
    assert.equal(condition.lock.isLocked, false);
  });

  test(`Python row 7, scenario B5: a party killed while it ${form} at a barrier breaks it for the others`, async () => {
    const barrier = new Barrier(3);
    const party = await start(rows.arrive, [barrier, form]);
    await until('it has arrived', () => barrier.waiting === 1);
    const broken = assert.rejects(barrier.wait(HANG_GUARD), { code: 'broken' });
    await killed(party);
    await broken;
  });
}

test('Python row 5, scenario B3: a writer killed in mid message leaves whole items, and others write', async () => {
  const length = 400_000; // most of a put is copying it
  const queue = new Queue<rows.Block>();
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = await start(rows.putForever, [queue, length]);
    for (let number = 0; number < 20 + kill; number++) {
      const item = await queue.get(HANG_GUARD);
      assert.ok(item.number === number && rows.isWhole(item, length));
    }
    await killed(writer);
    for (let left = queue.tryGet(); left; left = queue.tryGet()) assert.ok(rows.isWhole(left.item, length));
    queue.putSync(rows.blockOf(1, length));
    assert.ok(rows.isWhole(await queue.get({ timeoutMs: 0 }), length));
    assert.equal(queue.size, 0);
  }
});

test('Python row 5: a get keeps its time while a writer is stopped in mid item, and others go on', async () => {
  const queue = new Queue();
  const writer = await start(rows.stopInItem, [queue]);
  const pid = writer.pid as number;
  await until('it is stopped', () => stateLetterOf(pid) === 'T');
  await assert.rejects(queue.get({ timeoutMs: 20 }), { code: 'timed-out' });
  assert.throws(() => queue.getSync({ timeoutMs: 20 }), { code: 'timed-out' });
  await queue.put('of another');
  assert.equal(await queue.get({ timeoutMs: 0 }), 'of another');
  process.kill(pid, 'SIGCONT');
  assert.deepEqual(await queue.get(HANG_GUARD), { before: 'x'.repeat(10_000), middle: 1, after: 2 });
  await writer.join(HANG_GUARD);
});

test('Python row 8: set() and then clear() lets all who waited go on, and nobody who comes later', async () => {
  const event = new Event();
  const forms = [...rows.FORMS, ...rows.FORMS];
  const all = await Promise.all(forms.map((form) => start(rows.awaitEvent, [event, form])));
  await until('they wait', () => event.stats().waiting === 4);
  event.set();
  event.clear();
  for (const child of all) assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
  assert.throws(() => event.waitSync({ timeoutMs: 0 }), { code: 'timed-out' });
});

test('Python row 9: put() of a function without a name is refused at once, by its path', async () => {
  const queue = new Queue();
  const refusal = { code: 'not-cloneable', message: /jobs\[0\]/ };
  const item = { jobs: [() => 1] };
  await queue.put('before');
  await assert.rejects(queue.put(item), refusal);
  assert.throws(() => queue.putSync(item), refusal);
  assert.throws(() => queue.tryPut(item), refusal);
  const [message, size] = (await (await start(rows.putFunction, [queue])).result(HANG_GUARD)) as [
    string,
    number,
  ];
  assert.match(message, /jobs\[0\]/);
  assert.equal(size, 1);
  await queue.put('after');
  assert.deepEqual([await queue.get(), await queue.get(), queue.size], ['before', 'after', 0]);
});

test('Python row 10: a child that has put a large item is joined before anybody gets it', async () => {
  const length = 1_000_000;
  const queue = new Queue<rows.Block>();
  const child = await start(rows.putOne, [queue, length]);
  assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
  assert.equal(queue.size, 1);
  assert.ok(rows.isWhole(await queue.get({ timeoutMs: 0 }), length));
});

test('Python row 18: a program that attaches to shared memory and ends leaves it to its owner', async () => {
  const name = `row-18-${process.pid}`;
  const ours = new SharedMemory(name, 64);
  const words = new Int32Array(ours.buffer);
  for (const [index, end] of ['closes', 'is killed'].entries()) {
    const other = run('memory/segment-user.ts', [name, '64', String(index + 10)], { input: 'open' });
    while ((await other.line()) !== 'ready');
    if (end === 'closes') other.process.stdin?.end();
    else other.process.kill('SIGKILL');
    await other.end;
    assert.equal(words[0], index + 10);
    const again = SharedMemory.open(name);
    new Int32Array(again.buffer)[1] = index + 20;
    again.close();
    assert.equal(words[1], index + 20, 'whoever comes next finds the memory of its owner');
  }
  ours.close();
  assert.throws(() => SharedMemory.open(name), { code: 'closed' });
});

test('Python row 19: texts keep their zeros, their width and their halves in maps, queues and pipes', async () => {
  const [texts, map] = [new Queue<string>(), new SharedMap<string>()];
  const [ours, theirs] = pipe<string>();
  const child = await start(rows.echo, [texts, map, theirs]);
  theirs.close();
  const all = ['', '\0', 'zeros\0\0', '多道', '🦤'.repeat(7), 'é'.repeat(8), 'half \ud83e', '\udd84 half'];
  for (const text of all) {
    await texts.put(text);
    assert.equal(await ours.receive(HANG_GUARD), text);
    assert.equal(map.get(text), text);
  }
  assert.deepEqual(new Set(map.keys()), new Set(all));
  texts.close();
  await child.join(HANG_GUARD);
  ours.close();
});

test('Python, Manager: entries that several processes add to lose nothing, also in what they nest', async () => {
  const map = new SharedMap<{ count: number }>();
  const all = await Promise.all([1, 2].map(() => start(rows.addToEntry, [map, 1000])));
  rows.addToEntry(map, 1000);
  for (const child of all) assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
  assert.deepEqual(map.get('a'), { count: 3000 });
});
