/**
 * A queue whose bytes make no sense: each step ends, and is refused with `broken`; and nobody else has trouble with it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { DuodaoError, Lock, Queue } from '../../../src/index.ts';
import { QueueBody } from '../../../src/ipc/queue-body.ts';
import { putAll, takeMany } from '../../../src/ipc/queue-bulk.ts';
import { hasRoom, hasRoomForAll } from '../../../src/ipc/queue-room.ts';
import { RecordBatch } from '../../../src/ipc/record-batch.ts';
import { BODY_OFFSET, here, kindOf, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

/** A tag that no participant has. */
const ME = 0x00ffff;

function made(): { body: QueueBody; object: SharedObject; queue: Queue } {
  const queue = new Queue({ capacity: 100, bytes: 256 });
  const reference = referenceOf(queue);
  assert.ok(reference);
  const object = here().objects.open(reference);
  return { body: new QueueBody(object), object, queue };
}

/** Where closed, head, tail, scan, and the counts of records ready, leased, claimed and dead are. */
const CONTROL = [4, 8, 12, 16, 20, 24, 28, 52];
const batch = new RecordBatch();
batch.add(new Uint8Array(9), 0);
batch.add(new Uint8Array(90), 1);

/** Writes over all that a queue keeps about its ring but the capacity, and over the ring. */
function overwrite(object: SharedObject, control: readonly number[], ring: readonly number[]): void {
  control.forEach((value, index) => (object.words[(BODY_OFFSET + (CONTROL[index] as number)) / 4] = value));
  new Int32Array(object.data(256)).set(ring);
}

const word = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 8, 16, 24, 32, 248, 256, -1, -8, -16, 2 ** 31 - 1),
  fc.integer(),
);
const hostile = fc.record({
  control: fc.array(word, { minLength: 8, maxLength: 8 }),
  ring: fc.array(word, { minLength: 64, maxLength: 64 }),
});

/** Ends, with a result or with the one error that is allowed. */
function survives(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DuodaoError && error.code === 'broken')) throw error;
  }
}

test('A step ends, and refuses what makes no sense, whatever the bytes of the queue say', () => {
  fc.assert(
    fc.property(hostile, ({ control, ring }) => {
      const { body, object } = made();
      overwrite(object, control, ring);
      const acts = [
        () => body.take(ME, false),
        () => body.take(ME, true),
        () => hasRoom(body, 20) && body.put(new Uint8Array(20), 0),
        () => hasRoomForAll(body, batch) && putAll(body, batch),
        () => hasRoom(body, 20) && body.endClaim(body.claim(20, ME), ME),
        () => takeMany(body, 9),
        () => body.takeLetter(ME),
        () => body.endClaim({ position: (control[1] as number) & ~7, id: 1, room: new Uint8Array() }, ME),
        () => body.settle((control[0] as number) & ~7, 1, ME, 'done'),
        () => body.reap(ME),
        () => [...body.payloadsWithLinks()],
        () => body.repair(),
      ];
      acts.forEach(survives);
    }),
    { numRuns: 3000 },
  );
});

test('The user of a queue that makes no sense is told, each time, unless it can be put in order', async () => {
  const broken = { name: 'DuodaoError', code: 'broken' };
  const { object, queue } = made();
  await queue.put('item');
  const [head, scan] = [8, 16].map((offset) => (BODY_OFFSET + offset) / 4) as [number, number];
  object.words[scan] = 4; // which is derived
  assert.throws(() => queue.tryGet(), broken);
  assert.deepEqual(queue.tryGet(), { item: 'item' });
  await queue.put('item');
  object.words[head] = 4; // which nothing could tell
  for (let times = 0; times < 3; times++) {
    assert.throws(() => queue.tryGet(), broken);
    await assert.rejects(queue.get(), broken);
  }
});

test('A queue that makes no sense is reaped and taken down without trouble for others', async () => {
  const before = await restingBytes();
  (() => {
    const inside = new Lock();
    for (let index = 0; index < 50; index++) {
      const { object, queue } = made();
      queue.tryPut({ inside });
      const words = Array.from({ length: 64 }, (_, word) => (word * 2654435761 + index) | 0);
      // Every other one keeps its control words, and only its item cannot be read.
      overwrite(
        object,
        index % 2 ? [] : words.slice(0, 8),
        index % 2 ? [100, 1, 0, 0, 0, 3, ...words.slice(0, 9)] : words,
      );
      const kind = kindOf(object.kind);
      assert.ok(kind);
      kind.repair(object);
      kind.reap(object, ME);
      assert.deepEqual(kind.references?.(object), []);
    }
  })();
  const lost = 1; // the lock, whose handles in the queues nobody could count any more
  await assertGivenBack(before + lost * 320);
});
