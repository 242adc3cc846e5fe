/** Policies as somebody writes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policiesOf } from '../../../../src/cli/sim/policies.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

const specOf = (text: string): object | undefined => policiesOf(text, 4)[0]?.policy.spec;

test('policiesOf takes names, and gives those without a quantum the one for all', () => {
  assert.deepEqual(specOf('rr'), { name: 'roundRobin', options: { quantum: 4 } });
  assert.deepEqual(specOf('mlfq'), specOf('mlfq:4/8/16/32'));
  assert.deepEqual(
    policiesOf('fcfs, rr', 4).map(({ label }) => label),
    ['fcfs', 'rr'],
  );
});

test('policiesOf takes options behind a name', () => {
  assert.deepEqual(specOf('rr:1.5'), { name: 'roundRobin', options: { quantum: 1.5 } });
  const { options } = specOf('mlfq:1/2:boostEvery=10:preemptive=false:preemptedTo=tail') as {
    options: object;
  };
  const { quanta, boostEvery, preemptive, preemptedTo } = options as Record<string, unknown>;
  assert.deepEqual([quanta, boostEvery, preemptive, preemptedTo], [[1, 2], 10, false, 'tail']);
});

test('policiesOf refuses what is no policy, and one that is named twice', () => {
  assert.throws(() => policiesOf('fcfs,mlqf', 4), /must be one of .* did you mean mlfq\?$/);
  assert.throws(() => policiesOf('rr:0', 4), UsageError);
  assert.throws(() => policiesOf('rr:4:foo=3', 4), /it has no option foo: it has quantum$/);
  assert.throws(() => policiesOf('fcfs:3', 4), /it has no option quantum: it has no options$/);
  assert.throws(() => policiesOf('fcfs,fcfs', 4), /--policy names "fcfs" twice/);
  assert.throws(() => policiesOf('', 4), UsageError);
});
