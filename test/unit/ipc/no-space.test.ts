/**
 * A full arena: whatever needs room is refused with `no-space`, leaves nothing behind, and everything else goes
 * on; when objects are dropped, there is room again. The arena of this program is as small as one can be that
 * holds anything.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError, Lock, Process, Queue, SharedArray, Value } from '../../../src/index.ts';
import { here } from '../../../src/memory/index.ts';
import { double } from '../../fixtures/ipc/functions.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes, usedBytes } from '../../harness/tree.ts';

// Before anything asks for the arena, which is made at first use.
process.env['DUODAO_ARENA_MIB'] = '2';
endsClean();

const noSpace = { name: 'DuodaoError', code: 'no-space' };

/** Lengths of arrays that take pieces of every size. */
const LENGTHS = [100_000, 9000, 7800, 5700, 3700, 2600, 1600, 1100, 600, 380, 250, 120, 50, 1];

/** Fills the arena until nothing of any size finds room, and gives what fills it. */
function fill(): unknown[] {
  const things: unknown[] = [];
  const makes = [...LENGTHS.map((length) => () => new SharedArray('u8', length)), () => new Lock()];
  for (const make of makes) {
    try {
      for (;;) things.push(make());
    } catch (error) {
      if (!(error instanceof DuodaoError && error.code === 'no-space')) throw error;
    }
  }
  return things;
}

test('The arena is as large as the environment asks for', () => {
  assert.equal(here().arena.sizeBytes, 2 * 2 ** 20);
});

test('An array larger than the arena is refused, and says how much there is', () => {
  const before = usedBytes();
  assert.throws(
    () => new SharedArray('f64', 2 ** 20),
    (error) => {
      assert.ok(error instanceof DuodaoError);
      assert.equal(error.code, 'no-space');
      assert.ok((error.facts['sizeBytes'] as number) >= 2 ** 23);
      assert.ok((error.facts['limitBytes'] as number) < 2 ** 21);
      assert.match(error.message, /DUODAO_ARENA_MIB/);
      return true;
    },
  );
  assert.throws(() => new Queue(), noSpace, 'its 4 MiB are not there');
  assert.equal(usedBytes(), before);
});

test('In a full arena all that is new is refused and leaves nothing, all else works, and room comes back', async () => {
  const queue = new Queue({ bytes: 1024 });
  const lock = new Lock();
  const value = new Value('i32');
  const before = await restingBytes();
  let things: unknown[] | undefined = fill();
  assert.ok(things.length > 10);
  const full = usedBytes();

  assert.throws(() => new Lock(), noSpace);
  assert.throws(() => new Value('i8'), noSpace);
  assert.throws(() => new Queue({ bytes: 256 }), noSpace);
  assert.throws(() => new SharedArray('u8', 70_000), noSpace);
  assert.throws(() => Lock.named('new'), noSpace);
  await assert.rejects(new Process({ target: double, args: [1] }).start(), noSpace);
  assert.equal(usedBytes(), full);

  await lock.use(() => value.add(1));
  for (let round = 0; round < 50; round++) {
    await queue.put({ round, lock, text: 'x'.repeat(100) });
    assert.equal(((await queue.get(HANG_GUARD)) as { lock: Lock }).lock, lock);
  }
  assert.equal(value.value, 1);

  things = undefined;
  await assertGivenBack(before);
  const child = await new Process({ target: double, args: [21] }).start();
  assert.equal(await child.result(HANG_GUARD), 42);
  await child.join(HANG_GUARD);
  assert.equal(new SharedArray('u8', 1_000_000).view.length, 1_000_000);
});

test('A name that found no room can be had later', async () => {
  const before = await restingBytes();
  let things: unknown[] | undefined = fill();
  const full = usedBytes();
  assert.throws(() => Queue.named('late', { bytes: 256 }), noSpace);
  assert.equal(usedBytes(), full);
  assert.ok(things.length > 0);
  things = undefined;
  await assertGivenBack(before);
  const queue = Queue.named<number>('late', { bytes: 256 });
  assert.equal(queue.tryPut(1), true);
});
