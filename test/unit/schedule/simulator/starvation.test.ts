/** Who may wait for ever, and what helps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type JobSpec,
  mlfq,
  type Policy,
  priority,
  roundRobin,
  simulate,
} from '../../../../src/schedule/index.ts';

const STREAM = 400;

/** A job that nobody lets pass, in a stream of others that keeps the CPU busy. */
function stream(victim: Partial<JobSpec>): JobSpec[] {
  const others = Array.from({ length: STREAM }, (_, index) => ({
    name: `J${index}`,
    arrival: index,
    burst: 1,
  }));
  return [{ name: 'victim', burst: 3, ...victim }, ...others];
}

function finishOf(jobs: readonly JobSpec[], policy: Policy): number {
  return simulate(jobs, policy, { record: false }).jobs.find(({ name }) => name === 'victim')!.finish;
}

test('By priority alone, a job may wait until all others have ended', () => {
  const jobs = stream({ priority: 5, arrival: 0.5 });
  for (const preemptive of [false, true]) assert.equal(finishOf(jobs, priority({ preemptive })), STREAM + 3);
});

test('With aging, no job waits for longer than it takes to become the best', () => {
  const options = fc.record({
    agingEvery: fc.integer({ min: 1, max: 20 }),
    preemptive: fc.boolean(),
    quantum: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    level: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(options, ({ level, quantum, ...rest }) => {
      const policy = priority({ ...rest, ...(quantum !== undefined && { quantum }) });
      // Each quantum costs it what it has gained, so that it waits again for the next one.
      const turns = Math.ceil(3 / (quantum ?? 3));
      const most = turns * ((level + 1) * rest.agingEvery + 5);
      assert.ok(finishOf(stream({ priority: level }), policy) <= Math.min(most, STREAM + 3));
    }),
    { numRuns: 50 },
  );
});

test('On levels alone, a long job may wait until all others have ended; with boosts it does not', () => {
  const jobs = stream({ burst: 12 });
  const quanta = [1, 2, 4];
  assert.equal(finishOf(jobs, mlfq({ quanta })), STREAM + 12);
  for (const boostEvery of [10, 20]) {
    // It has one turn after each boost, and those that queued up meanwhile go before it.
    assert.ok(finishOf(jobs, mlfq({ quanta, boostEvery })) <= 12 * (boostEvery + 2));
  }
});

test('In turns, nobody waits for longer than a turn of everybody else', () => {
  const jobs = Array.from({ length: 9 }, (_, index) => ({ name: `J${index}`, burst: 5 + index }));
  const { transitions } = simulate(jobs, roundRobin({ quantum: 2 }));
  const since = new Map<string, number>();
  for (const { at, job, to } of transitions) {
    if (to === 'ready') since.set(job, at);
    if (to === 'running') assert.ok(at - since.get(job)! <= 8 * 2);
  }
});
