/** Multi-level feedback. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mlfq, type MlfqOptions, type RunQueue } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

const QUANTA = [2, 4, 8];

function start(options: MlfqOptions = {}): RunQueue<TestJob> {
  return mlfq({ quanta: QUANTA, ...options }).start<TestJob>();
}

/** Has the next job run for a time, and puts it back. */
function run(
  queue: RunQueue<TestJob>,
  now: number,
  ran: number,
  how: 'expired' | 'preempted' | 'woken',
): TestJob {
  const { job } = queue.next(now, 0)!;
  queue.left?.(job, ran, now + ran, how === 'woken' ? 'blocked' : how);
  queue.add(job, now + ran, how);
  return job;
}

test('mlfq puts a job down a level after its quantum, and leaves it on the last one', () => {
  const queue = start();
  arrive(queue, [job('A')]);
  const quanta: (number | undefined)[] = [];
  for (let now = 0, count = 0; count < 4; count++) {
    const choice = queue.next(now, 0)!;
    quanta.push(choice.quantum);
    now += choice.quantum!;
    queue.left?.(choice.job, choice.quantum!, now, 'expired');
    queue.add(choice.job, now, 'expired');
  }
  assert.deepEqual(quanta, [2, 4, 8, 8]);
});

test('mlfq leaves a job that is alone on its level when told so', () => {
  const alone = start({ demoteWhenAlone: false });
  arrive(alone, [job('A')]);
  run(alone, 0, 2, 'expired');
  assert.equal(alone.next(2, 0)?.quantum, 2);
  const among = start({ demoteWhenAlone: false });
  arrive(among, [job('A'), job('B')]);
  run(among, 0, 2, 'expired');
  assert.equal(drain(among, 2), 'B A');
});

test('mlfq has a job make room for one on a better level, and gives it the rest of its quantum later', () => {
  const queue = start();
  arrive(queue, [job('A'), job('B')]);
  run(queue, 0, 2, 'expired');
  run(queue, 2, 2, 'expired');
  const { job: a } = queue.next(4, 0)!;
  assert.equal(queue.preempt?.([a], 5), undefined);
  arrive(queue, [job('C')], 5);
  assert.equal(queue.preempt?.([a], 5)?.job, a);
  queue.left?.(a, 1, 5, 'preempted');
  queue.add(a, 5, 'preempted');
  assert.equal(queue.next(5, 0)?.job.name, 'C');
  const again = queue.next(7, 0);
  assert.equal(again?.job, a);
  assert.equal(again.quantum, 3);
  assert.equal(again.why, 'level 2 of 3 is the best with a job; it has used 1 of its quantum');
  assert.equal(start({ preemptive: false }).preempt, undefined);
});

test('mlfq counts what was used of a quantum before I/O, unless told not to', () => {
  const restAfter = (keepUsed: boolean): number | undefined => {
    const queue = start({ keepUsed });
    arrive(queue, [job('A')]);
    run(queue, 0, 1.5, 'woken');
    return queue.next(5, 0)?.quantum;
  };
  assert.equal(restAfter(true), 0.5);
  assert.equal(restAfter(false), 2);
});

test('mlfq takes a quantum that was used up at the moment of blocking as one that is over', () => {
  const queue = start();
  arrive(queue, [job('A')]);
  run(queue, 0, 2, 'woken');
  assert.equal(queue.next(5, 0)?.quantum, 4);
});

test('mlfq puts everybody on the best level at each boost, those that run and are blocked included', () => {
  const queue = start({ boostEvery: 10 });
  arrive(queue, [job('ready'), job('runs'), job('blocked')]);
  for (const now of [0, 2, 4]) run(queue, now, 2, 'expired');
  assert.equal(queue.nextTick?.(6), 10);
  const [, runs, blocked] = [queue.next(6, 0)!, queue.next(6, 1)!, queue.next(6, 2)!].map(({ job }) => job);
  queue.left?.(blocked!, 1, 7, 'blocked');
  assert.equal(queue.nextTick?.(7), undefined);
  queue.add(blocked!, 12, 'woken');
  assert.equal(queue.next(12, 0)?.quantum, 2);
  queue.left?.(runs!, 4, 13, 'expired');
  queue.add(runs!, 13, 'expired');
  assert.equal(queue.next(13, 0)?.quantum, 2);
});

test('mlfq puts those that are ready up in the order of their levels', () => {
  const queue = start({ boostEvery: 10 });
  arrive(queue, [job('A')]);
  run(queue, 0, 2, 'expired');
  arrive(queue, [job('B')], 2);
  queue.tick?.(10);
  assert.equal(queue.next(10, 0)?.job.name, 'B');
  assert.equal(queue.next(10, 0)?.quantum, 2);
});

test('mlfq forgets a job that is not wanted any more', () => {
  const queue = start();
  const [a, b] = [job('A'), job('B')];
  arrive(queue, [a, b]);
  assert.equal(queue.remove(a), true);
  assert.equal(queue.remove(a), false);
  assert.equal(queue.size, 1);
  assert.equal(drain(queue), 'B');
});

test('mlfq refuses levels and quanta that do not go together', () => {
  assert.throws(
    () => mlfq({ levels: 2, quanta: [1, 2, 3] }),
    /a quantum for each of its 2 levels: there are 3/,
  );
  assert.throws(() => mlfq({ quanta: [1, 0] }), /quanta\[1\] must be a number above 0: current value is 0/);
  assert.throws(
    () => mlfq({ quanta: [] }),
    /levels must be a whole number from 1 to 1000: current value is 0/,
  );
  assert.throws(() => mlfq({ levels: 1.5 }), RangeError);
  assert.deepEqual(mlfq({ levels: 2, quanta: 7 }).spec?.options['quanta'], [7, 7]);
  assert.deepEqual(mlfq().spec?.options['quanta'], [20, 40, 80, 160]);
});
