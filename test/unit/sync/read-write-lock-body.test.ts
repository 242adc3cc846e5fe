/** The read-write lock as bytes: what a death leaves at each step, made here by hand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BODY_OFFSET, here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { ReadWriteLock } from '../../../src/sync/public.ts';
import {
  READ_WRITE_BODY_BYTES,
  ReadWriteBody,
  READS,
  WRITES,
} from '../../../src/sync/read-write-lock-body.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const [OWNER, READERS, WANTING, READERS_ASLEEP] = [0, 8, 12, 20].map(
  (offset) => (BODY_OFFSET + offset) / 4,
) as [number, number, number, number];
/** A tag and a slot of somebody else. */
const DEAD = 0x00ffff;
const OTHER = 500;

interface Bytes {
  readonly object: SharedObject;
  readonly body: ReadWriteBody;
  readonly words: Int32Array;
  readonly reads: Int32Array;
  readonly wants: Int32Array;
}

function made(prefer?: 'readers'): Bytes {
  const reference = referenceOf(new ReadWriteLock(prefer ? { prefer } : {}));
  assert.ok(reference);
  const object = here().objects.open(reference);
  const data = object.data(READ_WRITE_BODY_BYTES);
  const [reads, wants] = [new Int32Array(data, 0, 512), new Int32Array(data, 2048, 512)];
  return { object, body: new ReadWriteBody(object), words: object.words, reads, wants };
}

test('A writer is alone, readers are together', () => {
  const { body, reads } = made();
  assert.equal(body.tryRead(false), true);
  assert.equal(body.tryRead(false), true);
  assert.deepEqual([body.readers, reads[here().slot]], [2, 2]);
  assert.equal(body.tryWrite(false, false), false);
  body.releaseRead();
  body.releaseRead();
  assert.equal(body.tryWrite(false, false), true);
  assert.equal(body.owner, here().tag);
  assert.equal(body.tryRead(false), false);
  assert.equal(body.tryWrite(false, false), false);
  body.releaseWrite();
  assert.equal(body.owner, 0);
});

test('Who waits to write keeps readers out until he has written or given up, unless readers come first', () => {
  for (const prefer of [undefined, 'readers'] as const) {
    const { body } = made(prefer);
    body.tryRead(false);
    assert.equal(body.tryWrite(true, false), false);
    assert.equal(body.tryWrite(true, false), false);
    assert.equal(body.wanting, 1);
    assert.equal(body.tryRead(false), prefer === 'readers');
    if (prefer) body.releaseRead();
    body.stopWanting();
    body.stopWanting();
    assert.equal(body.wanting, 0);
    assert.equal(body.tryRead(false), true);
    body.releaseRead();
    body.releaseRead();
  }
});

test('Who writes goes on wanting to as long as others of his thread wait', () => {
  const { body } = made();
  body.tryRead(false);
  body.tryWrite(true, false);
  body.releaseRead();
  assert.equal(body.tryWrite(false, true), true);
  assert.equal(body.wanting, 1);
  body.releaseWrite();
  assert.equal(body.tryWrite(false, false), true);
  assert.equal(body.wanting, 0);
  body.releaseWrite();
});

test('Whoever wants to write keeps a reader waiting, but none that has its turn, nor where readers come first', () => {
  const { tag, slot } = here();
  for (const prefer of [undefined, 'readers'] as const) {
    const { object, body, wants } = made(prefer);
    const holders = (mode: number, waiter?: number): number =>
      ReadWriteBody.holdersIn(object, mode, waiter).all.length;
    wants[slot] = 1;
    const mode = body.readMode;
    assert.equal(mode, READS);
    const others = prefer ? 0 : 1;
    assert.deepEqual([holders(mode, tag), holders(mode), holders(WRITES, tag)], [others, others, 0]);
    wants[slot] = 0;
    body.tryRead(false);
    wants[slot] = 1;
    // With the mode of a second wait, it waits behind whoever waits for it.
    assert.deepEqual([holders(mode, tag), holders(body.readMode, tag)], [0, others]);
    assert.deepEqual([holders(mode), holders(WRITES, tag)], [others, 1]);
    wants[slot] = 0;
    body.releaseRead();
  }
});

test('stopWanting() wakes the readers that were kept out', () => {
  const { body, words } = made();
  body.tryRead(false);
  body.tryWrite(true, false);
  body.tryRead(true);
  assert.equal(words[READERS_ASLEEP], 1);
  body.stopWanting();
  assert.equal(words[READERS_ASLEEP], 0);
});

test('reap() takes a dead writer out and tells the next ones until a writer has released', () => {
  const { body, words } = made();
  body.tryRead(true);
  body.releaseRead();
  words[OWNER] = here().tag; // that one dies
  body.reap(DEAD);
  assert.equal(body.owner, here().tag);
  body.reap(here().tag);
  assert.equal(body.owner, 0);
  for (let readers = 0; readers < 2; readers++) {
    assert.equal(body.tryRead(false), true);
    assert.equal(body.diedBefore, true);
    body.releaseRead();
  }
  body.tryWrite(false, false);
  assert.equal(body.diedBefore, true);
  body.releaseWrite();
  body.tryRead(false);
  assert.equal(body.diedBefore, false);
});

test('reap() takes a dead reader and a dead one that waited to write out, and tells nobody', () => {
  const { body, reads } = made();
  reads[OTHER] = 1;
  body.tryRead(false);
  body.tryWrite(true, false);
  body.repair();
  assert.deepEqual([body.readers, body.wanting], [2, 1]);
  body.reap(here().tag);
  assert.deepEqual([body.readers, body.wanting, reads[OTHER]], [1, 0, 1]);
  assert.equal(body.tryRead(false), true);
  assert.equal(body.diedBefore, false);
});

test('A death between a commit and its count is put right by whoever comes next', () => {
  const { body, object, words, reads, wants } = made('readers');
  object.guard.take();
  reads[OTHER] = 2;
  wants[OTHER] = 1;
  object.guard.give(false);
  assert.equal(body.tryRead(false), true);
  assert.deepEqual([words[READERS], words[WANTING]], [3, 1]);
});
