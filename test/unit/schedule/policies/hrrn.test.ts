/** Highest response ratio next. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrrn } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

test('hrrn gives the job that has waited longest for what it needs', () => {
  const queue = hrrn().start<TestJob>();
  arrive(queue, [job('long', { expected: 10 })], 0); //      at 10: (10 + 10) / 10 = 2
  arrive(queue, [job('short', { expected: 2 })], 8.5); //    at 10: (1.5 + 2) / 2 = 1.75
  arrive(queue, [job('shorter', { expected: 1 })], 8); //    at 10: (2 + 1) / 1 = 3
  const first = queue.next(10, 0);
  assert.equal(first?.job.name, 'shorter');
  assert.equal(first.why, 'its ratio 3 is the highest');
  assert.equal(drain(queue, 10), 'long short');
});

test('hrrn gives of equal ratios the one that arrived first', () => {
  const [a, b] = [job('a', { expected: 4 }), job('b', { expected: 2 })];
  const queue = hrrn().start<TestJob>();
  arrive(queue, [b, a]);
  assert.equal(drain(queue, 0), 'a b');
});

test('hrrn puts jobs of unknown length where it is told to', () => {
  const run = (unknown: 'first' | 'last' | number): string => {
    const queue = hrrn({ unknown }).start<TestJob>();
    arrive(queue, [job('nine', { expected: 9 }), job('?'), job('two', { expected: 2 }), job('??')]);
    return drain(queue, 10);
  };
  assert.equal(run('first'), '? ?? two nine');
  assert.equal(run('last'), 'two nine ? ??');
  assert.equal(run(5), 'two ? ?? nine');
});

test('hrrn forgets a job that is not wanted any more', () => {
  const queue = hrrn().start<TestJob>();
  const jobs = [job('a', { expected: 1 }), job('b', { expected: 1 }), job('c', { expected: 2 })];
  arrive(queue, jobs);
  assert.equal(queue.remove(jobs[0]!), true);
  assert.equal(queue.remove(jobs[0]!), false);
  assert.equal(queue.size, 2);
  assert.equal(drain(queue, 1), 'b c');
});
