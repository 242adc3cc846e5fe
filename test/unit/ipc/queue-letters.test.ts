/** What a queue knows of the end of its items: when all are done, and which are handed out no more. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Process, Queue } from '../../../src/index.ts';
import { LARGE_BYTES } from '../../../src/ipc/queue-body.ts';
import * as takers from '../../fixtures/ipc/traffic.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

test('join() resolves at once when nothing was put, or all was got', async () => {
  const queue = new Queue<number>();
  await queue.join(HANG_GUARD);
  queue.joinSync(HANG_GUARD);
  await queue.put(1);
  assert.throws(() => queue.joinSync({ timeoutMs: 0 }), { code: 'timed-out' });
  await queue.get();
  queue.joinSync({ timeoutMs: 0 });
});

test('join() waits for what is leased until it is done, and goes on waiting when it is given back', async () => {
  const queue = new Queue<number>();
  await queue.putMany([1, 2]);
  let isOver = false;
  const joined = queue.join(HANG_GUARD).then(() => (isOver = true));
  const first = await queue.lease();
  await queue.get();
  first.giveBack();
  const again = await queue.lease();
  assert.equal(again.item, 1);
  await Promise.resolve();
  assert.equal(isOver, false);
  again.done();
  await joined;
});

test('join() ends when an item is a dead letter: nobody works at it', async () => {
  const queue = new Queue<string>({ deathLimit: 1 });
  await queue.put('poison');
  const joined = queue.join(HANG_GUARD);
  const child = await new Process({ target: takers.leaseAndDie, args: [queue] }).start();
  await child.join(HANG_GUARD);
  await joined;
  assert.equal(queue.deadLetters, 1);
  queue.tryDeadLetter()?.done();
  assert.equal(queue.deadLetters, 0);
});

test('An item of which too many takers die is a dead letter, and what comes behind it is not', async () => {
  const queue = new Queue<string>({ deathLimit: 3 });
  await queue.putMany(['poison', 'food']);
  for (let death = 1; death <= 3; death++) {
    assert.equal(queue.deadLetters, 0);
    const child = await new Process({ target: takers.leaseAndDie, args: [queue] }).start();
    assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
  }
  assert.deepEqual([queue.size, queue.deadLetters, queue.leased], [1, 1, 0]);
  assert.equal(await queue.get(HANG_GUARD), 'food');
  const letter = queue.tryDeadLetter();
  assert.deepEqual([letter?.item, letter?.deaths, letter?.deliveries], ['poison', 3, 4]);
  assert.equal(queue.tryDeadLetter(), undefined);
  letter?.giveBack();
  assert.equal(queue.deadLetters, 1, 'it is one still');
  queue.tryDeadLetter()?.done();
  assert.deepEqual([queue.size, queue.deadLetters], [0, 0]);
});

test('An item without a limit of deaths is handed out again and again', async () => {
  const queue = new Queue<string>({ deathLimit: Number.POSITIVE_INFINITY });
  await queue.put('item');
  for (let death = 1; death <= 6; death++) {
    const child = await new Process({ target: takers.leaseAndDie, args: [queue] }).start();
    await child.join(HANG_GUARD);
  }
  const lease = queue.tryLease();
  assert.deepEqual([lease?.deaths, lease?.deliveries], [6, 7]);
  lease?.done();
});

test('Large items arrive whole in every form of call, and are done', async () => {
  const queue = new Queue<Uint8Array>({ bytes: 65_536 });
  const large = (seed: number): Uint8Array =>
    new Uint8Array(LARGE_BYTES * 3).map((_, index) => index * 7 + seed);
  await queue.put(large(1));
  queue.putSync(large(2));
  assert.ok(queue.tryPut(large(3)));
  assert.equal(queue.size, 3);
  assert.deepEqual(await queue.get(), large(1));
  const lease = queue.leaseSync();
  assert.deepEqual(queue.tryGet(), { item: large(3) });
  assert.deepEqual([queue.size, queue.leased], [0, 1]);
  lease.giveBack();
  assert.deepEqual(lease.item, large(2));
  assert.deepEqual(queue.getSync(), large(2));
  await queue.put(large(4));
  assert.ok(queue.tryPut(large(5)), 'the ring is free');
});
