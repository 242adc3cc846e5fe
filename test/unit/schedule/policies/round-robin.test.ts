/** Round robin. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundRobin } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

test('roundRobin gives each job a quantum, and puts it at the end of the line after it', () => {
  const queue = roundRobin({ quantum: 4 }).start<TestJob>();
  const [a, b] = [job('A'), job('B')];
  arrive(queue, [a, b]);
  const first = queue.next(0, 0);
  assert.equal(first?.job, a);
  assert.equal(first.quantum, 4);
  queue.add(job('C'), 4, 'arrived');
  queue.add(a, 4, 'expired');
  assert.equal(drain(queue, 4), 'B C A');
  assert.equal(roundRobin().isPreemptive, true);
});

test('roundRobin refuses a quantum that is none', () => {
  for (const quantum of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => roundRobin({ quantum }), {
      name: 'RangeError',
      message: `Cannot make the policy roundRobin as quantum must be a number above 0: current value is ${quantum}`,
    });
});
