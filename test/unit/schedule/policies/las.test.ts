/** Least attained service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { las } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

test('las gives the job that has had the least, and lets it run until the next one has had less', () => {
  const queue = las({ quantum: 2 }).start<TestJob>();
  arrive(queue, [job('nine', { used: 9 }), job('three', { used: 3 }), job('new')]);
  assert.equal(queue.next(0, 0)?.quantum, 3);
  assert.equal(queue.next(0, 0)?.quantum, 6);
  assert.equal(queue.next(0, 0)?.quantum, undefined);
  arrive(queue, [job('A', { used: 4 }), job('B', { used: 3.5 })]);
  assert.equal(queue.next(0, 0)?.quantum, 2);
});

test('las has a job make room for one that has had less', () => {
  const queue = las().start<TestJob>();
  const running = [job('A', { used: 1 }), job('B', { used: 5 })];
  arrive(queue, [job('new')]);
  assert.equal(queue.preempt?.(running, 9)?.job.name, 'B');
  assert.equal(drain(queue), 'new');
});
