/** First come, first served. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fcfs } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

test('fcfs gives jobs in the order in which they became ready, and never wants one back', () => {
  const policy = fcfs();
  const queue = policy.start<TestJob>();
  arrive(queue, [job('late', { arrival: 9 }), job('early', { arrival: 1 })]);
  queue.add(job('woken'), 10, 'woken');
  assert.equal(queue.size, 3);
  assert.equal(drain(queue), 'late early woken');
  assert.equal(queue.next(0, 0), undefined);
  assert.equal(policy.isPreemptive, false);
  assert.equal(queue.preempt, undefined);
});

test('fcfs forgets a job that is not wanted any more', () => {
  const queue = fcfs().start<TestJob>();
  const jobs = ['A', 'B', 'C'].map((name) => job(name));
  arrive(queue, jobs);
  assert.equal(queue.remove(jobs[1]!), true);
  assert.equal(queue.remove(jobs[1]!), false);
  assert.equal(drain(queue), 'A C');
});

test('fcfs passes over jobs that may not run on a CPU', () => {
  const queue = fcfs().start<TestJob>();
  arrive(queue, [job('A', { cpus: new Set([1]) }), job('B')]);
  assert.equal(drain(queue, 0, 0), 'B');
  assert.equal(drain(queue, 0, 1), 'A');
});
