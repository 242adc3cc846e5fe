/** The shortest first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sjf, srtf } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

test('sjf gives the shortest burst, then the one that arrived first, then those nobody knows anything of', () => {
  const queue = sjf().start<TestJob>();
  const two = [job('two', { expected: 2 }), job('two later', { expected: 2 })];
  arrive(queue, [job('?'), two[1]!, job('nine', { expected: 9 }), two[0]!, job('??')]);
  assert.equal(drain(queue), 'two two later nine ? ??');
});

test('sjf puts jobs of unknown length where it is told to', () => {
  const run = (unknown: 'first' | 'last' | number): string => {
    const queue = sjf({ unknown }).start<TestJob>();
    arrive(queue, [job('nine', { expected: 9 }), job('two', { expected: 2 }), job('?')]);
    return drain(queue);
  };
  assert.equal(run('first'), '? two nine');
  assert.equal(run('last'), 'two nine ?');
  assert.equal(run(5), 'two ? nine');
  assert.throws(() => sjf({ unknown: -1 }), RangeError);
});

test('sjf takes of equals the one that is ready for longest when told so', () => {
  const [early, late] = [job('early', { expected: 2 }), job('late', { expected: 2 })];
  const run = (ties: 'arrival' | 'ready'): string => {
    const queue = sjf({ ties }).start<TestJob>();
    arrive(queue, [late, early]);
    return drain(queue);
  };
  assert.equal(run('arrival'), 'early late');
  assert.equal(run('ready'), 'late early');
});

test('srtf wants the CPU back for a job that needs really less than is left', () => {
  const policy = srtf();
  const queue = policy.start<TestJob>();
  const running = [job('A', { expected: 8, usedInBurst: 2 }), job('B', { expected: 9, usedInBurst: 2 })];
  arrive(queue, [job('seven', { expected: 7 })]);
  assert.equal(queue.preempt?.(running, 2), undefined);
  arrive(queue, [job('six', { expected: 6.5 })]);
  assert.deepEqual(queue.preempt?.(running, 2), { job: running[1], why: 'six comes before it' });
  queue.add(running[1]!, 2, 'preempted');
  assert.equal(drain(queue, 2), 'six B seven');
  assert.equal(policy.isPreemptive, true);
});

test('sjf that is preemptive looks at the whole burst, not at what is left', () => {
  const queue = sjf({ preemptive: true }).start<TestJob>();
  const running = [job('A', { expected: 8, usedInBurst: 7 })];
  arrive(queue, [job('B', { expected: 7 })]);
  assert.equal(queue.preempt?.(running, 7)?.job, running[0]);
});

test('srtf takes no CPU from a job for one that may not run there', () => {
  const queue = srtf().start<TestJob>();
  const running = [job('A', { expected: 8, cpu: 0 }), job('B', { expected: 5, cpu: 1 })];
  arrive(queue, [job('C', { expected: 1, cpus: new Set([1]) })]);
  assert.equal(queue.preempt?.(running, 0)?.job, running[1]);
});
