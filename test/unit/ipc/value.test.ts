/**
 * One shared number: read, written and changed in single steps, within the range of its type. Between participants:
 * test/conformance/numbers.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Queue, type Scalar, SharedArray, Value } from '../../../src/index.ts';
import { setType, typeOf } from '../../../src/ipc/value.ts';
import { here, referenceOf } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, collectGarbage, restingBytes, usedBytes } from '../../harness/tree.ts';

endsClean();

const LIMITS: readonly [type: Scalar, least: number | bigint, most: number | bigint][] = [
  ['i8', -128, 127],
  ['u8', 0, 255],
  ['i16', -32768, 32767],
  ['u16', 0, 65535],
  ['i32', -(2 ** 31), 2 ** 31 - 1],
  ['u32', 0, 2 ** 32 - 1],
  ['i64', -(2n ** 63n), 2n ** 63n - 1n],
  ['u64', 0n, 2n ** 64n - 1n],
];

test('A value begins with 0, or with what it is given', () => {
  for (const [type, least, most] of LIMITS) {
    assert.equal(new Value(type).value, typeof least === 'bigint' ? 0n : 0);
    assert.equal(new Value(type, most).value, most);
    assert.equal(new Value(type, least).type, type);
  }
  assert.equal(new Value('f64', 0.1).value, 0.1);
  assert.equal(new Value('f32', 0.1).value, Math.fround(0.1));
});

test('A value holds its whole range, refuses anything beyond, and is then as it was', () => {
  for (const [type, least, most] of LIMITS) {
    const value = new Value(type);
    const one = typeof most === 'bigint' ? 1n : 1;
    for (const limit of [least, most]) {
      value.value = limit;
      assert.equal(value.value, limit);
    }
    for (const beyond of [(least as never) - (one as never), (most as never) + (one as never)])
      assert.throws(() => (value.value = beyond), { name: 'RangeError', message: /current value is/ });
    assert.throws(() => (value.value = '1' as never), TypeError);
    assert.equal(value.value, most);
    assert.throws(() => new Value(type, (most as never) + (one as never)), RangeError);
  }
});

test('A floating-point value keeps what its type can hold', () => {
  const double = new Value('f64');
  for (const number of [-0, 1e300, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** -1074]) {
    double.value = number;
    assert.ok(Object.is(double.value, number));
  }
  const single = new Value('f32');
  single.value = 1e300;
  assert.equal(single.value, Number.POSITIVE_INFINITY);
});

test('add() gives what was before, and wraps around as the type does', () => {
  for (const [type, least, most] of LIMITS) {
    const value = new Value(type, most);
    const one = (typeof most === 'bigint' ? 1n : 1) as never;
    assert.equal(value.add(one), most);
    assert.equal(value.value, least);
    assert.equal(value.add(-one as never), least);
    assert.equal(value.value, most);
  }
  const left = new Value('u8', 5);
  assert.equal(left.add(300), 5);
  assert.equal(left.value, (5 + 300) % 256);
});

test('add() refuses what is no whole number of its kind', () => {
  const value = new Value('i32', 7);
  for (const amount of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, '1', undefined])
    assert.throws(() => value.add(amount as never), { name: 'TypeError', message: /^Cannot add to i32/ });
  assert.throws(() => new Value('i64').add(1 as never), TypeError);
  assert.equal(value.value, 7);
});

test('compareExchange() sets the value only if it is what was expected, and gives what it was', () => {
  for (const [type, least, most] of LIMITS) {
    const value = new Value(type, most);
    assert.equal(value.compareExchange(least, least), most);
    assert.equal(value.value, most);
    assert.equal(value.compareExchange(most, least), most);
    assert.equal(value.value, least);
  }
  const small = new Value('u8', 1);
  assert.throws(() => small.compareExchange(1, 256), RangeError);
  assert.throws(() => small.compareExchange(257, 2), RangeError);
  assert.equal(small.value, 1);
});

test('A floating-point value has no single steps, and says what to do', () => {
  for (const type of ['f32', 'f64'] as const) {
    const value = new Value(type, 1);
    assert.throws(() => value.add(1), { name: 'TypeError', message: /lock/ });
    assert.throws(() => value.compareExchange(1, 2), { name: 'TypeError', message: /lock/ });
    assert.equal(value.value, 1);
  }
});

test('The lock of a value is one lock, also when it was sent before the value, and no other value’s', async () => {
  const value = new Value('i32');
  assert.ok(value.lock instanceof Lock);
  assert.equal(value.lock, value.lock);
  assert.notEqual(value.lock, new Value('i32').lock);
  assert.equal(referenceOf(value.lock)?.serial, referenceOf(value)?.serial);
  const queue = new Queue();
  await queue.put([value.lock, value]);
  const [lock, back] = (await queue.get()) as [Lock, Value];
  assert.equal(back.lock, lock);
  const held = lock.acquireSync();
  const waiting = value.lock.acquire(HANG_GUARD);
  value.value = 3; // a lock keeps out only who takes it
  held.release();
  (await waiting).release();
});

test('Value.named() gives one value, and refuses another type', () => {
  const value = Value.named('left', 'i32', 300);
  assert.equal(Value.named('left', 'i32', 5), value);
  assert.equal(value.value, 300);
  assert.throws(() => Value.named('left', 'u32'), { name: 'TypeError', message: /"left" as u32: it is i32/ });
  SharedArray.named('an array', 'i32', 2);
  assert.throws(() => Value.named('an array', 'i32'), TypeError);
  assert.throws(() => Value.named('', 'i32'), RangeError);
  assert.throws(() => Value.named('new', 'i33' as never), TypeError);
  assert.equal(Value.named('new', 'i16').type, 'i16');
});

test('A value refuses a type that there is not, and makes nothing then', () => {
  const before = usedBytes();
  assert.throws(() => new Value('int' as never), { name: 'TypeError', message: /must be one of i8 u8/ });
  assert.throws(() => new Value('i32', 1.5), RangeError);
  assert.throws(() => new Value('i32', 1, { name: '' }), RangeError);
  assert.equal(usedBytes(), before);
  assert.equal(new Value('i32').value, 0);
});

test('The type of a value stands in its memory', () => {
  const value = new Value('u16');
  const reference = referenceOf(value);
  assert.ok(reference);
  const object = here().objects.open(reference);
  assert.equal(typeOf(object), 'u16');
  setType(object, 'f32');
  assert.equal(typeOf(object), 'f32');
  for (const code of [0, 99]) {
    object.words[(192 + 128) / 4] = code;
    assert.throws(() => typeOf(object), { name: 'DuodaoError', code: 'broken' });
  }
});

test('The lock of a value keeps the value, and nothing keeps either when both are dropped', async () => {
  const before = await restingBytes();
  let lock: Lock | undefined = new Value('i32', 5).lock;
  for (let times = 0; times < 5; times++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  assert.ok(usedBytes() > before);
  lock.acquireSync().release();
  lock = undefined;
  await assertGivenBack(before);
});
