/** By priority, with aging and turns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { priority } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

const of = (...priorities: number[]): TestJob[] => priorities.map((one) => job(`p${one}`, { priority: one }));

test('priority gives the smallest number, or the largest when told so, and equals in the order of the line', () => {
  const smallest = priority().start<TestJob>();
  arrive(smallest, [...of(3, 1, 2), job('p1 later', { priority: 1 })]);
  assert.equal(drain(smallest), 'p1 p1 later p2 p3');
  const largest = priority({ smallerFirst: false }).start<TestJob>();
  arrive(largest, of(3, 1, 2));
  assert.equal(drain(largest), 'p3 p2 p1');
});

test('priority wants a CPU back only when it is preemptive, and from the worst job that is worse', () => {
  const jobs = of(5, 6, 4);
  const [five, six, four] = jobs as [TestJob, TestJob, TestJob];
  assert.equal(priority().start<TestJob>().preempt, undefined);
  const queue = priority({ preemptive: true }).start<TestJob>();
  arrive(queue, of(5));
  assert.equal(queue.preempt?.([five, four], 0), undefined);
  assert.equal(queue.preempt?.([five, six, four], 0)?.job, six);
});

test('priority puts one that made room behind its equals, or before them when told so', () => {
  const run = (preemptedTo: 'head' | 'tail'): string => {
    const queue = priority({ preemptive: true, preemptedTo }).start<TestJob>();
    arrive(queue, [job('equal', { priority: 5 })]);
    queue.add(job('preempted', { priority: 5 }), 3, 'preempted');
    return drain(queue, 3);
  };
  assert.equal(run('tail'), 'equal preempted');
  assert.equal(run('head'), 'preempted equal');
});

test('priority improves a job by one in each agingEvery that it waits', () => {
  const queue = priority({ agingEvery: 10 }).start<TestJob>();
  arrive(queue, of(5), 0);
  arrive(queue, of(2), 29);
  assert.equal(queue.next(29, 0)?.job.name, 'p2');
  arrive(queue, of(2), 31);
  const chosen = queue.next(31, 0);
  assert.equal(chosen?.job.name, 'p5');
  assert.equal(chosen.why, 'its priority 5, improved by 3.1, is the best');
});

test('priority says when a job that waits will be better by a whole priority than one that runs', () => {
  const queue = priority({ preemptive: true, agingEvery: 10 }).start<TestJob>();
  const running = of(2);
  arrive(queue, running);
  queue.next(0, 0);
  assert.equal(queue.nextTick?.(0), undefined);
  arrive(queue, of(5), 0);
  assert.equal(queue.preempt?.(running, 0), undefined);
  assert.equal(queue.nextTick?.(0), 40);
  assert.equal(queue.preempt?.(running, 39), undefined);
  assert.equal(queue.preempt?.(running, 40)?.job, running[0]);
});

test('priority lets a job keep what it has gained until it ends, blocks or has had its quantum', () => {
  const gainedAfter = (how: 'preempted' | 'expired'): string => {
    const queue = priority({ preemptive: true, agingEvery: 10 }).start<TestJob>();
    const [old] = of(5) as [TestJob];
    arrive(queue, [old], 0);
    queue.next(40, 0);
    queue.left?.(old, 1, 41, how);
    queue.add(old, 41, how);
    arrive(queue, of(2), 41);
    return drain(queue, 41);
  };
  assert.equal(gainedAfter('preempted'), 'p5 p2');
  assert.equal(gainedAfter('expired'), 'p2 p5');
});

test('priority with a quantum gives it to each job', () => {
  const policy = priority({ quantum: 3 });
  const queue = policy.start<TestJob>();
  arrive(queue, of(1));
  assert.equal(queue.next(0, 0)?.quantum, 3);
  assert.equal(policy.isPreemptive, true);
  assert.equal(priority().isPreemptive, false);
});

test('priority counts what a job has gained only once', () => {
  const queue = priority({ preemptive: true, agingEvery: 10 }).start<TestJob>();
  const [old] = of(5) as [TestJob];
  arrive(queue, [old], 0);
  queue.next(40, 0);
  queue.left?.(old, 1, 41, 'preempted');
  queue.add(old, 41, 'preempted');
  queue.next(41, 0);
  queue.left?.(old, 1, 42, 'blocked');
  queue.add(old, 50, 'woken');
  arrive(queue, of(4), 50);
  assert.equal(drain(queue, 50), 'p4 p5');
});
