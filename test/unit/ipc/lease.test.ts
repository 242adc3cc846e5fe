/** A lease ends once, in one of two ways, and what it leased is somebody's until then. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Queue } from '../../../src/index.ts';
import { Lease, type LeaseEnd } from '../../../src/ipc/lease.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

function recorded(deliveries: number): { lease: Lease<string>; ends: LeaseEnd[] } {
  const ends: LeaseEnd[] = [];
  return { lease: new Lease('item', { deliveries, deaths: 7 }, (end) => ends.push(end)), ends };
}

test('A lease ends once, whatever is asked of it later', () => {
  const ends: Record<LeaseEnd, (lease: Lease<string>) => void> = {
    done: (lease) => lease.done(),
    back: (lease) => lease.giveBack(),
    unread: () => undefined,
  };
  for (const end of ['done', 'back'] as const) {
    const one = recorded(1);
    ends[end](one.lease);
    one.lease.done();
    one.lease.giveBack();
    one.lease[Symbol.dispose]();
    assert.deepEqual(one.ends, [end]);
  }
});

test('A lease that leaves its block unfinished goes back', () => {
  const { lease, ends } = recorded(1);
  lease[Symbol.dispose]();
  assert.deepEqual(ends, ['back']);
});

test('A lease says how often its item was handed out, and whether that was the first time', () => {
  assert.equal(recorded(1).lease.deaths, 7);
  assert.equal(recorded(1).lease.redelivered, false);
  assert.equal(recorded(2).lease.redelivered, true);
  assert.equal(recorded(3).lease.deliveries, 3);
});

test('A leased item is out of sight, counts towards the capacity, and comes back in its old place', async () => {
  const queue = new Queue<string>({ capacity: 3 });
  for (const item of ['a', 'b', 'c']) await queue.put(item);
  const [first, second] = [await queue.lease(), await queue.lease()];
  assert.deepEqual([queue.size, queue.leased, queue.isFull], [1, 2, true]);
  assert.equal(queue.tryPut('d'), false);
  second.giveBack();
  first.giveBack();
  assert.deepEqual([queue.size, queue.leased, queue.isFull], [3, 0, true]);
  const again = await queue.lease();
  assert.deepEqual([again.item, again.deliveries, again.redelivered], ['a', 2, true]);
  assert.equal(await queue.get(), 'b');
  assert.equal(await queue.get(), 'c');
  again.done();
  assert.deepEqual([queue.size, queue.leased, queue.isFull], [0, 0, false]);
});

test('The end of a lease wakes who waits for room, and one that goes back, who waits for items', async () => {
  const queue = new Queue<string>({ capacity: 1 });
  await queue.put('a');
  const lease = await queue.lease();
  const put = queue.put('b', HANG_GUARD);
  lease.done();
  await put;
  const other = await queue.lease();
  const got = queue.get(HANG_GUARD);
  other.giveBack();
  assert.equal(await got, 'b');
});

test('A lease of former days does not end a later one of the same place', async () => {
  const queue = new Queue<number>({ bytes: 256 });
  await queue.put(1);
  const former = await queue.lease();
  former.giveBack();
  const later = await queue.lease();
  former.done();
  assert.equal(queue.leased, 1);
  later.done();
  assert.deepEqual([queue.size, queue.leased], [0, 0]);
});
