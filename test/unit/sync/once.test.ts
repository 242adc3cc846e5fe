/** One run of many succeeds. Between processes and threads, and after deaths: test/conformance/once.test.ts. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Event, Lock, Queue } from '../../../src/index.ts';
import { BODY_OFFSET, here, referenceOf } from '../../../src/memory/index.ts';
import { Once } from '../../../src/sync/public.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };

test('Once runs the first of many, and lets the others go on when it has ended', async () => {
  const once = new Once();
  const order: string[] = [];
  const runs = ['first', 'second', 'third'].map(async (name) => {
    const ran = await once.run(async () => {
      await turn();
      order.push(`${name} runs`);
    }, HANG_GUARD);
    order.push(name);
    return ran;
  });
  assert.deepEqual(once.stats(), { isDone: false, isRunning: true, waiting: 1 }); // one thread
  assert.deepEqual(await Promise.all(runs), [true, false, false]);
  assert.deepEqual(order, ['first runs', 'first', 'second', 'third']);
  assert.deepEqual(once.stats(), { isDone: true, isRunning: false, waiting: 0 });
  assert.equal(
    once.runSync(() => assert.fail('run again')),
    false,
  );
});

test('Once.runSync() runs, too', async () => {
  const once = new Once();
  let runs = 0;
  assert.equal(once.isDone, false);
  assert.equal(
    once.runSync(() => runs++),
    true,
  );
  assert.equal(once.isDone, true);
  assert.equal(await once.run(() => runs++), false);
  assert.equal(runs, 1);
});

test('A run that throws tells its caller, and the next one runs', async () => {
  const once = new Once();
  const error = new Error('mine');
  const fails = async (): Promise<never> => {
    await turn();
    throw error;
  };
  const [first, second, third] = [fails, fails, () => undefined].map((fn) => once.run(fn, HANG_GUARD));
  await assert.rejects(first as Promise<boolean>, error);
  await assert.rejects(second as Promise<boolean>, error);
  assert.equal(await third, true);
  const again = new Once();
  const failsAtOnce = (): never => {
    throw error;
  };
  assert.throws(() => again.runSync(failsAtOnce), error);
  assert.equal(again.isDone, false);
});

test('Once.runSync() refuses a run that is asynchronous, and it counts for none', () => {
  const once = new Once();
  assert.throws(() => once.runSync(async () => undefined), TypeError);
  assert.deepEqual(once.stats(), { isDone: false, isRunning: false, waiting: 0 });
});

test('A wait for the run of another ends with its time or signal, and the run goes on', async () => {
  const once = new Once();
  const end = new Event();
  const run = once.run(() => end.wait(HANG_GUARD));
  await assert.rejects(
    once.run(() => assert.fail('run twice'), { timeoutMs: 1 }),
    timedOut,
  );
  assert.throws(() => once.runSync(() => assert.fail('run twice'), { timeoutMs: 1 }), timedOut);
  const signal = AbortSignal.abort('changed my mind');
  await assert.rejects(
    once.run(() => assert.fail('run twice'), { signal }),
    (reason) => reason === 'changed my mind',
  );
  end.set();
  assert.equal(await run, true);
});

test('Once refuses what is no function and no time, also when it is done', async () => {
  const once = new Once();
  for (let round = 0; round < 2; round++) {
    await assert.rejects(once.run('work' as never), TypeError);
    assert.throws(() => once.runSync(undefined as never), TypeError);
    await assert.rejects(
      once.run(() => undefined, { timeoutMs: -1 }),
      RangeError,
    );
    assert.throws(() => once.runSync(() => undefined, { timeoutMs: Number.NaN }), RangeError);
    assert.equal(once.isDone, round === 1);
    once.runSync(() => undefined);
  }
});

test('Once.named() gives one to all who ask for the name', () => {
  assert.equal(Once.named('tables'), Once.named('tables'));
  assert.throws(() => Lock.named('tables'), { name: 'TypeError', message: /once/ });
  assert.throws(() => Once.named(''), RangeError);
  assert.throws(() => new Once({ name: '' }), RangeError);
});

test('A once whose guard was left by the dead is put in order by whoever comes next', () => {
  const once = new Once();
  const reference = referenceOf(once);
  assert.ok(reference);
  const { guard, words } = here().objects.open(reference);
  guard.take();
  words[(BODY_OFFSET + 64) / 4] = 0b11;
  guard.give(false);
  assert.equal(
    once.runSync(() => assert.equal(once.stats().waiting, 2)),
    true,
  );
  assert.equal(once.stats().waiting, 0);
});

test('A once comes home as itself, and gives its memory back in the end', async () => {
  const before = await restingBytes();
  await (async () => {
    const once = new Once();
    const queue = new Queue<Once>();
    await queue.put(once);
    assert.equal(await queue.get(), once);
  })();
  await assertGivenBack(before);
});
