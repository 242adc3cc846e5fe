/** The table of Solaris, against rows as the System Administration Guide prints them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { solaris } from '../../../../src/schedule/index.ts';
import { job, type TestJob } from '../jobs.ts';

const levelOf = (why: string): number => Number(/level (\d+)/.exec(why)?.[1]);

/** The level and quantum at each choice, while one job always does the same. */
function path(how: 'expired' | 'blocked', count: number): [level: number, quantum: number][] {
  const queue = solaris().start<TestJob>();
  const one = job('A');
  queue.add(one, 0, 'arrived');
  return Array.from({ length: count }, () => {
    const { quantum, why } = queue.next(0, 0)!;
    queue.left?.(one, how === 'expired' ? quantum! : 1, 0, how);
    queue.add(one, 0, how === 'expired' ? 'expired' : 'woken');
    return [levelOf(why), quantum!];
  });
}

test('solaris has a job sink by ten levels with each quantum, which grows', () => {
  assert.deepEqual(path('expired', 5), [
    [29, 120],
    [19, 160],
    [9, 200],
    [0, 200],
    [0, 200],
  ]);
});

test('solaris lifts a job that sleeps', () => {
  assert.deepEqual(path('blocked', 4), [
    [29, 120],
    [52, 40],
    [58, 40],
    [58, 40],
  ]);
});

test('solaris lifts those that have waited for a second', () => {
  const queue = solaris().start<TestJob>();
  queue.add(job('A'), 0, 'arrived');
  assert.equal(queue.nextTick?.(0), 1000);
  queue.tick?.(1000);
  assert.equal(levelOf(queue.next(1000, 0)!.why), 52);
  queue.add(job('B'), 1000, 'arrived');
  assert.equal(levelOf(queue.next(6500, 0)!.why), 59);
});
