/** Fair shares by weight. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fair, type JobSpec, simulate, type Timeline } from '../../../../src/schedule/index.ts';
import { arrive, drain, job, type TestJob } from '../jobs.ts';

/** How much of the CPU a job had until some time. */
function hadBy(timeline: Timeline, name: string, time: number): number {
  return timeline.spans
    .filter(({ job: one }) => one === name)
    .reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, time) - from), 0);
}

test('fair gives shares as Linux does for niceness', () => {
  const shares = [1, 5, 10, 19].map((nice) => {
    const jobs = [
      { name: 'nice 0', burst: 100_000 },
      { name: 'other', burst: 100_000, priority: nice },
    ];
    return hadBy(simulate(jobs, fair({ slice: 1 })), 'nice 0', 20_000) / 20_000;
  });
  // The kernel's table; two processes pinned to one CPU were measured at 0.555, 0.754, 0.903, 0.988.
  for (const [index, expected] of [0.555, 0.753, 0.903, 0.986].entries())
    assert.ok(Math.abs(shares[index]! - expected) < 0.002, `${shares[index]} instead of ${expected}`);
});

test('fair gives shares by weight, and nobody is behind by more than two slices', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 300 }), (list, time) => {
      const jobs: JobSpec[] = list.map((weight, index) => ({ name: `J${index}`, burst: 400, weight }));
      const timeline = simulate(jobs, fair({ slice: 2 }));
      const all = list.reduce((sum, weight) => sum + weight, 0);
      for (const { name, weight } of jobs) {
        const behind = (time * weight!) / all - hadBy(timeline, name, time);
        assert.ok(Math.abs(behind) <= 2 * 2, `${name} is behind by ${behind} at ${time}`);
      }
    }),
    { numRuns: 100 },
  );
});

test('fair lets a job that was blocked catch up by a slice at most', () => {
  const jobs = [
    { name: 'sleeper', burst: 50, io: [{ at: 1, takes: 100 }] },
    { name: 'worker', burst: 200 },
  ];
  const timeline = simulate(jobs, fair({ slice: 2 }));
  const [before, after] = [101, 121].map((time) => hadBy(timeline, 'sleeper', time));
  assert.ok(Math.abs(after! - before! - 10) <= 2, `${after! - before!} of 20`);
});

test('fair takes priorities for nothing when told so', () => {
  const queue = fair({ priorityIs: 'nothing' }).start<TestJob>();
  const jobs = [job('A', { priority: 19 }), job('B', { priority: -20 })];
  arrive(queue, jobs);
  assert.equal(queue.next(0, 0)?.job.name, 'A');
});

test('fair forgets a job that is not wanted any more', () => {
  const queue = fair().start<TestJob>();
  const jobs = [job('A'), job('B')];
  arrive(queue, jobs);
  assert.equal(queue.remove(jobs[0]!), true);
  assert.equal(queue.remove(jobs[0]!), false);
  assert.equal(drain(queue), 'B');
});

test('fair lets no job that is ahead of its share go first, nor get rid of that by blocking', () => {
  const queue = fair({ slice: 2 }).start<TestJob>();
  const [heavy, light] = [job('heavy', { weight: 2 }), job('light')];
  arrive(queue, [heavy, light]);
  assert.equal(queue.next(0, 0)?.job, heavy);
  queue.left?.(heavy, 2, 2, 'blocked');
  queue.add(heavy, 3, 'woken');
  // Its next slice would end sooner, as it has more weight.
  assert.equal(queue.next(3, 0)?.job, light);
});
