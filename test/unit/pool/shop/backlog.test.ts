/** What waits in a pool: who is next, what comes back, and policies that do not what they should. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { DuodaoError } from '../../../../src/index.ts';
import { type Client, Entry } from '../../../../src/pool/entry.ts';
import { PoolFunction } from '../../../../src/pool/functions.ts';
import { Backlog } from '../../../../src/pool/shop/backlog.ts';
import { fcfs, type Job, type Policy, priority, type RunQueue } from '../../../../src/schedule/index.ts';

const WHAT = new PoolFunction(0, () => undefined);
const NOBODY: Client = { settled: () => undefined };

let ids = 0;
function entry(rank = 0): Entry {
  const terms = {
    priority: rank,
    expectedMs: undefined,
    taskTimeoutMs: undefined,
    retries: 0,
    chunk: 0,
    name: undefined,
  };
  ids += 1;
  return new Entry(ids, WHAT, [], [], terms, NOBODY, -1, ids);
}

function backlog(policy: Policy): { readonly all: Backlog; readonly errors: DuodaoError[] } {
  const errors: DuodaoError[] = [];
  return { all: new Backlog(policy, (error) => errors.push(error)), errors };
}

function takeAll(all: Backlog): Entry[] {
  const found: Entry[] = [];
  for (let next = all.next(0); next; next = all.next(0)) found.push(next);
  return found;
}

test('The policy says who is next; what came back is before all others, in its order', () => {
  const { all, errors } = backlog(priority({ smallerFirst: true }));
  const [low, high, first, second] = [entry(9), entry(1), entry(5), entry(5)];
  for (const one of [low, high]) all.add(one, 0, 'arrived');
  all.putBack([second]);
  all.putBack([first]);
  assert.equal(all.size, 4);
  assert.deepEqual(takeAll(all), [first, second, high, low]);
  assert.deepEqual(errors, []);
});

test('Whoever is taken out does not come, wherever it was', () => {
  const { all } = backlog(fcfs());
  const [one, two, three] = [entry(), entry(), entry()];
  for (const each of [one, two]) all.add(each, 0, 'arrived');
  all.putBack([three]);
  all.remove(one);
  all.remove(three);
  assert.deepEqual(takeAll(all), [two]);
});

test('Only first come, first served lets tasks be given out ahead of time', () => {
  assert.ok(backlog(fcfs()).all.isInOrder);
  assert.ok(!backlog(priority()).all.isInOrder);
});

/** A policy of a user's own. */
function own(parts: Partial<RunQueue>): Policy {
  const waiting: Job[] = [];
  const queue: RunQueue = {
    get size() {
      return waiting.length;
    },
    add: (job) => void waiting.push(job),
    remove: () => false,
    next: () => undefined,
    ...parts,
  };
  return { name: 'mine', isPreemptive: false, start: () => queue as RunQueue<never> };
}

const thrown = new Error('no idea');
for (const [what, policy, message] of [
  ['chooses nothing', own({}), /the policy mine .*chooses no task while some wait/],
  [
    'gives what is no task',
    own({ next: () => ({ job: {} as Job, why: '' }) }),
    /mine .*chooses what is no task/,
  ],
  [
    'throws',
    own({
      next: () => {
        throw thrown;
      },
    }),
    /the policy mine .*failed: no idea/,
  ],
] as const) {
  test(`A policy that ${what} is named, and all that it had can still be had`, () => {
    const { all, errors } = backlog(policy);
    const waiting = [entry(), entry()];
    for (const one of waiting) all.add(one, 0, 'arrived');
    assert.equal(all.next(0), undefined);
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.code, 'broken');
    assert.match(errors[0].message, message);
    assert.deepEqual(all.takeAll(), waiting);
  });
}
