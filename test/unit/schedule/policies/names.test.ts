/** Policies by name, and as plain data. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POLICY_NAMES, policyFromSpec, policyNamed } from '../../../../src/schedule/index.ts';

test('Every policy can be had by its name, and be made again from its spec', () => {
  for (const name of POLICY_NAMES) {
    const policy = policyNamed(name);
    assert.equal(policy.name, name === 'rr' ? 'roundRobin' : name);
    const spec: unknown = JSON.parse(JSON.stringify(policy.spec));
    assert.deepEqual(policyFromSpec(policy.spec!).spec, spec);
    assert.equal(policyFromSpec(policy.spec!).isPreemptive, policy.isPreemptive);
    const queue = policy.start();
    assert.equal(queue.size, 0);
    assert.equal(queue.next(0, 0), undefined);
    assert.equal(typeof queue.preempt === 'function' && !policy.isPreemptive, false);
  }
});

test('A policy that nobody knows is refused with the known names and the one that was meant', () => {
  assert.throws(() => policyNamed('mlqf'), {
    name: 'RangeError',
    message:
      'Cannot make a policy as its name must be one of ' +
      `${POLICY_NAMES.join(', ')}: current value is "mlqf"; did you mean mlfq?`,
  });
  for (const [slip, meant] of [
    ['FCFS', 'fcfs'],
    ['prioriti', 'priority'],
    ['prioity', 'priority'],
    ['hrn', 'hrrn'],
  ])
    assert.throws(() => policyNamed(slip!), new RegExp(`did you mean ${meant}\\?$`));
  assert.throws(() => policyNamed('nonsense'), /current value is "nonsense"$/);
  assert.throws(() => policyNamed('constructor'), RangeError);
});

test('An option that a policy does not have is refused by its name', () => {
  assert.throws(() => policyFromSpec({ name: 'rr', options: { quanta: 3 } }), {
    name: 'TypeError',
    message: 'Cannot make the policy roundRobin as it has no option quanta: it has quantum',
  });
  assert.throws(() => policyFromSpec({ name: 'fcfs', options: { x: 1 } }), /it has no options/);
  assert.throws(
    () => policyFromSpec({ name: 'fcfs', options: null as never }),
    /must be an object: current value is null/,
  );
  assert.throws(() => policyFromSpec({ name: 'rr', options: { quantum: '5' } }), {
    name: 'TypeError',
    message: 'Cannot make the policy roundRobin as quantum must be a number above 0: current value is "5"',
  });
  assert.throws(
    () => policyFromSpec({ name: 'priority', options: { preemptive: 'yes' } }),
    /must be true or false/,
  );
  assert.throws(
    () => policyFromSpec({ name: 'sjf', options: { ties: 'x' } }),
    /ties must be 'arrival' or 'ready'/,
  );
});

test('A policy and its spec cannot be changed', () => {
  const { spec } = policyNamed('rr');
  assert.throws(() => Object.assign(spec!.options, { quantum: 1 }), TypeError);
});
