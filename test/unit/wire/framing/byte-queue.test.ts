/**
 * What the queue promises: it is the bytes that were pushed, in linear time, and it keeps no more memory than bytes.
 * How: against a plain buffer, with any steps; and by counting what it allocates.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { ByteQueue } from '../../../../src/wire/framing/byte-queue.ts';

/** Bytes 0, 1, 2 …, in the middle of a buffer of this size. */
function chunk(count: number, from: number, of: number = count): Buffer {
  const whole = new Uint8Array(Math.max(count, of));
  const bytes = whole.subarray((whole.length - count) >> 1, ((whole.length - count) >> 1) + count);
  for (let index = 0; index < count; index++) bytes[index] = (from + index) % 251;
  return Buffer.from(bytes.buffer, bytes.byteOffset, count);
}

type Step = readonly [what: string, amount: number];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('push', 'push in waste'), fc.constantFrom(0, 1, 2, 3, 40, 600, 3000)),
  fc.tuple(fc.constantFrom('take', 'skip', 'piece', 'peek', 'uint', 'search'), fc.nat(700)),
  fc.tuple(fc.constantFrom('settle', 'copy'), fc.constant(0)),
);

test('ByteQueue is the bytes that were pushed, whatever is done with it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ByteQueue();
      let model = Buffer.alloc(0);
      let pushed = 0;
      const given: [is: Buffer, was: Buffer][] = [];
      const give = (bytes: Buffer): void => {
        assert.deepEqual(bytes, model.subarray(0, bytes.length));
        given.push([bytes, Buffer.from(bytes)]);
        model = model.subarray(bytes.length);
      };
      for (const [what, amount] of steps) {
        const some = Math.min(amount, model.length);
        if (what.startsWith('push')) {
          const bytes = chunk(amount, pushed, what === 'push' ? amount : 65_536);
          pushed += amount;
          queue.push(bytes);
          model = Buffer.concat([model, bytes]);
        } else if (what === 'take') give(queue.take(some));
        else if (what === 'piece') {
          const piece = queue.takePiece(some);
          assert.equal(piece.length > 0, some > 0);
          give(piece);
        } else if (what === 'skip') {
          queue.skip(some);
          model = model.subarray(some);
        } else if (what === 'peek') assert.deepEqual(queue.peek(amount), model.subarray(0, some));
        else if (what === 'uint' && model.length >= 6) {
          assert.equal(queue.uint(2, 4, true), model.readUInt32BE(2));
          assert.equal(queue.uint(0, 6, false), model.readUIntLE(0, 6));
        } else if (what === 'search') {
          const pattern = Buffer.from([amount % 251, (amount + 1) % 251].slice(0, 1 + (amount % 2)));
          assert.equal(queue.copy().search(pattern), model.indexOf(pattern));
        } else if (what === 'settle') queue.settle();
        else if (what === 'copy') {
          const copy = queue.copy();
          assert.deepEqual(copy.take(copy.length), model);
        }
        assert.equal(queue.length, model.length);
      }
      give(queue.take(queue.length));
      for (const [is, was] of given) assert.deepEqual(is, was, 'bytes once given out stay as they are');
    }),
    { numRuns: 300 },
  );
});

test('ByteQueue goes on with a search where it stopped', () => {
  const queue = new ByteQueue();
  const newline = Buffer.from('\r\n');
  let text = '';
  for (const part of ['a\r', 'b\n', 'c'.repeat(900), '\r', '\n', 'd\r\n', 'e'.repeat(900)]) {
    assert.equal(queue.search(newline), text.indexOf('\r\n'));
    text += part;
    queue.push(Buffer.from(part));
  }
  assert.equal(queue.search(newline), 904);
  queue.skip(906);
  assert.equal(queue.search(newline), 1);
  queue.skip(3);
  assert.equal(queue.search(newline), -1);
});

test('ByteQueue gives a piece of one chunk without copying it', () => {
  const queue = new ByteQueue();
  const bytes = chunk(1000, 0);
  queue.push(bytes);
  assert.equal(queue.take(100).buffer, bytes.buffer);
  assert.equal(queue.take(900).buffer, bytes.buffer);
  queue.push(bytes);
  assert.equal(queue.take(1000), bytes);
});

test('ByteQueue does not keep 64 KiB for the byte of it that has to wait', () => {
  const queue = new ByteQueue();
  queue.push(chunk(65_536, 0));
  queue.push(chunk(65_536, 65_536));
  queue.skip(65_535);
  queue.settle();
  assert.equal(queue.peek(1).buffer.byteLength, 1);
  queue.skip(65_536);
  queue.settle();
  assert.equal(queue.peek(1).buffer.byteLength < 100, true);
  assert.equal(queue.take(1)[0], 131_071 % 251);

  // Nor for a small chunk that is a view of something large.
  queue.push(chunk(1, 7, 65_536));
  queue.settle();
  queue.push(chunk(1, 8, 65_536));
  queue.push(chunk(1000, 9, 65_536));
  assert.equal(queue.takePiece(2).buffer.byteLength < 100, true);
  assert.equal(queue.peek(1000).buffer.byteLength < 2000, true);
});

test('ByteQueue puts bytes that come one by one into few pieces, and reserves little for them', (t) => {
  const allocate = t.mock.method(Buffer, 'allocUnsafeSlow');
  const queue = new ByteQueue();
  for (let at = 0; at < 100_000; at++) {
    queue.push(chunk(1, at));
    if (at === 100) assert.equal(sum(allocate.mock.calls) < 400, true);
    queue.settle();
  }
  assert.equal(sum(allocate.mock.calls) < 3 * 100_000, true);
  let pieces = 0;
  for (let at = 0; queue.length > 0; pieces++) {
    const piece = queue.takePiece(queue.length);
    assert.deepEqual(piece, chunk(piece.length, at));
    at += piece.length;
  }
  assert.equal(pieces < 20, true, `${pieces} pieces`);
});

test('ByteQueue copies 64 MiB in chunks of 64 KiB once', (t) => {
  const allocate = t.mock.method(Buffer, 'allocUnsafeSlow');
  const queue = new ByteQueue();
  const size = 2 ** 26;
  const one = chunk(65_536, 0);
  for (let at = 0; at < size; at += one.length) {
    queue.push(one);
    queue.settle();
    assert.equal(queue.length, at + one.length);
  }
  const whole = queue.take(size);
  assert.equal(queue.length, 0);
  assert.deepEqual(whole.subarray(0, 65_536), one);
  assert.deepEqual(whole.subarray(size - 65_536), one);
  assert.equal(sum(allocate.mock.calls), size);
});

function sum(calls: readonly { readonly arguments: readonly [number] }[]): number {
  return calls.reduce((total, call) => total + call.arguments[0], 0);
}
