/**
 * Many shared numbers behind one typed array, in memory of their own, for as long as anybody has the array or only its
 * view. Between participants: test/conformance/numbers.test.ts; when there is no room: no-space.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Queue, type Scalar, SharedArray } from '../../../src/index.ts';
import { referenceOf, here } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, collectGarbage, restingBytes, usedBytes } from '../../harness/tree.ts';

endsClean();

const VIEWS = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
} satisfies Record<Scalar, unknown>;

test('An array of every type is zeroed, as long as asked, and alone in its memory', () => {
  for (const [type, View] of Object.entries(VIEWS) as [Scalar, typeof VIEWS.i32][]) {
    for (const length of [1, 7, 3000]) {
      const array = new SharedArray(type, length);
      assert.ok(array.view instanceof View);
      assert.deepEqual([array.type, array.length], [type, length]);
      assert.equal(array.view.byteOffset, 0);
      assert.equal(array.view.buffer.byteLength, array.view.byteLength);
      assert.ok([...(array.view as Iterable<unknown>)].every((number) => String(number) === '0'));
    }
  }
});

test('An array is filled from anything that gives its numbers', () => {
  assert.deepEqual([...new SharedArray('i32', [3, -1]).view], [3, -1]);
  assert.deepEqual([...new SharedArray('u64', new Set([1n, 2n])).view], [1n, 2n]);
  assert.deepEqual([...new SharedArray('f64', new Float64Array([0.5, -0])).view], [0.5, -0]);
  const many = Array.from({ length: 5000 }, (_, index) => index);
  assert.deepEqual([...new SharedArray('u16', many).view], many);
});

test('An array refuses a length that makes no sense, and numbers that its type cannot hold', () => {
  const before = usedBytes();
  for (const length of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => new SharedArray('i32', length), {
      name: 'RangeError',
      message: /length.*current value is/,
    });
  assert.throws(() => new SharedArray('i32', []), RangeError);
  assert.throws(() => new SharedArray('u8', [1, 256]), RangeError);
  assert.throws(() => new SharedArray('i32', [1, 0.5]), RangeError);
  assert.throws(() => new SharedArray('i64', [1] as never), TypeError);
  assert.throws(() => new SharedArray('i32', ['1'] as never), TypeError);
  for (const content of [undefined, null, {}, 5n, '3'])
    assert.throws(() => new SharedArray('i32', content as never), TypeError);
  assert.throws(() => new SharedArray('u7' as never, 1), TypeError);
  assert.throws(() => new SharedArray('i32', 1, { name: 'x'.repeat(64) }), RangeError);
  assert.equal(usedBytes(), before);
});

test('An array that is larger than any can be is refused with no-space', () => {
  const tooMany = 2 ** 31;
  assert.throws(() => new SharedArray('u8', tooMany), {
    name: 'DuodaoError',
    code: 'no-space',
    facts: { dataBytes: tooMany, limitBytes: tooMany - 65536 },
  });
  assert.throws(() => new SharedArray('f64', 2 ** 53), { code: 'no-space' });
});

test('Atomics work on the view of an integer type', () => {
  const { view } = new SharedArray('i32', [300]);
  assert.equal(Atomics.sub(view, 0, 2), 300);
  assert.equal(Atomics.compareExchange(view, 0, 298, 5), 298);
  assert.equal(view[0], 5);
});

test('Two arrays never share memory, however small they are', () => {
  const arrays = Array.from({ length: 200 }, (_, index) => new SharedArray('u8', 1 + (index % 70)));
  arrays.forEach(({ view }, index) => view.fill(index));
  arrays.forEach(({ view }, index) => assert.ok(view.every((byte) => byte === index % 256)));
});

test('A copy of the view is a copy, and takes no more than the numbers', async () => {
  const array = new SharedArray('i32', [1, 2]);
  const copy = structuredClone(array.view);
  assert.equal(copy.buffer.byteLength, 8);
  copy[0] = 9;
  assert.equal(array.view[0], 1);
  const queue = new Queue<Int32Array>();
  await queue.put(array.view);
  const sent = await queue.get();
  array.view[0] = 5;
  assert.deepEqual([...sent], [1, 2]);
});

test('An array that comes home is the very same object, and its lock is one lock', async () => {
  const array = new SharedArray('f32', [1.5]);
  const queue = new Queue<[SharedArray, Lock]>();
  await queue.put([array, array.lock]);
  assert.deepEqual(await queue.get(), [array, array.lock]);
  assert.ok(array.lock instanceof Lock);
  assert.notEqual(array.lock, new SharedArray('i32', 1).lock);
});

test('SharedArray.named() gives one array, and refuses another type or length', () => {
  const array = SharedArray.named('seats', 'i32', 100);
  array.view[99] = 7;
  assert.equal(SharedArray.named('seats', 'i32', 100), array);
  assert.throws(() => SharedArray.named('seats', 'u32', 100), TypeError);
  assert.throws(() => SharedArray.named('seats', 'i32', 99), TypeError);
  assert.throws(() => SharedArray.named('seats', 'i32', 0), { message: /seats|length/ });
  assert.throws(() => SharedArray.named('', 'i32', 1), RangeError);
  assert.throws(() => SharedArray.named('fresh', 'i32', -1), RangeError);
  Lock.named('a lock');
  assert.throws(() => SharedArray.named('a lock', 'i32', 1), TypeError);
});

test('The view stays good when it is all that somebody keeps, and its memory comes back with it', async () => {
  for (const length of [4, 100_000]) {
    const before = await restingBytes();
    let kept: { view: Int32Array | undefined; reference: ReturnType<typeof referenceOf> } = (() => {
      const array = new SharedArray('i32', length);
      array.view.fill(7);
      return { view: array.view, reference: referenceOf(array) };
    })();
    for (let times = 0; times < 10; times++) {
      collectGarbage();
      await new Promise(setImmediate);
      new SharedArray('i32', length).view.fill(-1);
    }
    assert.ok(kept.view?.every((number) => number === 7));
    const { reference } = kept;
    assert.ok(reference && here().objects.find(reference));
    kept = { view: undefined, reference: undefined };
    await assertGivenBack(before);
    assert.equal(here().objects.find(reference), undefined);
  }
});

test('A part of the view keeps the memory as the view does', async () => {
  const before = await restingBytes();
  let part: Int32Array | undefined = new SharedArray('i32', 1000).view.subarray(10, 12);
  part.fill(3);
  for (let times = 0; times < 10; times++) {
    collectGarbage();
    await new Promise(setImmediate);
    new SharedArray('i32', 1000).view.fill(-1);
  }
  assert.deepEqual([...part], [3, 3]);
  part = undefined;
  await assertGivenBack(before);
});
