/**
 * What the codec promises for bytes: views share what they shared, and no byte travels that nobody sent.
 * How: every class of view, then the three ways in which a buffer is carried.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { encode } from '../../../src/wire/index.ts';
import { across, assertSame } from './same.ts';

type ViewClass = new (buffer: ArrayBuffer) => ArrayBufferView;
const CLASSES: readonly ViewClass[] = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
  DataView,
]; // prettier-ignore

test('Every class of view crosses with its bytes, at any length', () => {
  for (const View of CLASSES) {
    for (const count of [0, 1, 3, 9, 100]) {
      const source = Uint8Array.from({ length: count * 8 }, (_, index) => index * 7 + 1).buffer;
      assertSame(across(new View(source)), structuredClone(new View(source)));
      assertSame(across([new View(source), source]), structuredClone([new View(source), source]));
    }
  }
});

test('Float16Array crosses where the engine has it', { skip: !('Float16Array' in globalThis) }, () => {
  const Float16 = Reflect.get(globalThis, 'Float16Array') as new (values: number[]) => object;
  assertSame(across(new Float16([1, 2])), structuredClone(new Float16([1, 2])));
});

test('A Buffer arrives as a Uint8Array, as by structured clone', () => {
  const back = across(Buffer.from('abc')) as Uint8Array;
  assert.equal(Object.getPrototypeOf(back), Uint8Array.prototype);
  assert.deepEqual([...back], [97, 98, 99]);
});

test('A subclass of Uint8Array that lies about its class arrives as a Uint8Array', () => {
  class Liar extends Uint8Array {
    override get [Symbol.toStringTag](): 'Uint8Array' {
      return 'Float64Array' as never;
    }
  }
  assertSame(across(new Liar([1, 2])), new Uint8Array([1, 2]));
});

test('A single view on a large buffer takes along only what it shows', () => {
  const large = new ArrayBuffer(1_000_000);
  const view = new Float64Array(large, 800, 2).fill(1.5);
  assert.ok(encode(view).bytes.length < 60);
  const back = across({ view }) as { view: Float64Array };
  assertSame(back.view, new Float64Array([1.5, 1.5]));
  assert.equal(back.view.buffer.byteLength, 16);
});

test('Views that share a buffer share it there, at the same offsets', () => {
  const buffer = new ArrayBuffer(64);
  const value = {
    a: new Uint8Array(buffer, 8, 4),
    b: new Float64Array(buffer, 16, 2),
    c: new DataView(buffer, 1),
  };
  const back = across(value) as typeof value;
  assert.equal(back.a.buffer, back.b.buffer);
  assert.equal(back.a.buffer, back.c.buffer);
  assert.equal(back.a.buffer.byteLength, 64);
  assert.deepEqual([back.a.byteOffset, back.b.byteOffset, back.c.byteOffset], [8, 16, 1]);
  back.a[0] = 42;
  assert.equal(back.c.getUint8(7), 42);
});

test('A buffer that is itself in the value arrives whole, before or after the view on it', () => {
  const buffer = Uint8Array.from({ length: 32 }, (_, index) => index).buffer;
  const view = new Uint8Array(buffer, 4, 2);
  for (const value of [
    [buffer, view],
    [view, buffer],
  ]) {
    const back = across(value) as (ArrayBuffer | Uint8Array)[];
    const found = back.find((each) => each instanceof ArrayBuffer);
    const shown = back.find((each) => each instanceof Uint8Array);
    assertSame(found, buffer);
    assert.equal(shown?.buffer, found);
    assert.deepEqual([shown?.byteOffset, ...shown!], [4, 4, 5]);
  }
});

test('Two views on all of one buffer are two views', () => {
  const one = new Uint8Array(4);
  const two = new Uint8Array(one.buffer);
  const [a, b, again] = across([one, two, one]) as Uint8Array[];
  assert.notEqual(a, b);
  assert.equal(a, again);
  assert.equal(a!.buffer, b!.buffer);
});

test('Buffers that happen to lie in one pool take along only the range between them', () => {
  const pool = Buffer.alloc(8192, 'secret');
  const first = pool.subarray(1000, 1002).fill(1);
  const last = pool.subarray(1004, 1006).fill(2);
  const { bytes } = encode([last, first]);
  assert.ok(bytes.length < 60);
  const [l, f] = across([last, first]) as Uint8Array[];
  assert.deepEqual([...l!, ...f!], [2, 2, 1, 1]);
  assert.equal(l!.byteOffset - f!.byteOffset, 4);
  assert.deepEqual(
    (across([first, last]) as Uint8Array[]).map((each) => [...each]),
    [
      [1, 1],
      [2, 2],
    ],
  ); // prettier-ignore
  const mixed = across([first, new Uint8Array(pool.buffer, pool.byteOffset, 1)]) as Uint8Array[];
  assert.equal(mixed[0]!.byteOffset, first.byteOffset);
  assert.equal(mixed[0]!.buffer.byteLength, pool.buffer.byteLength);
});

test('A resizable buffer arrives with the length it has', {
  skip: !('resizable' in ArrayBuffer.prototype),
}, () => {
  const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
  const buffer = new Resizable(4, { maxByteLength: 1 << 20 });
  assert.equal((across(buffer) as ArrayBuffer).byteLength, 4);
});

test('A buffer that was transferred away is refused', () => {
  const view = new Uint8Array(8);
  const { buffer } = view;
  structuredClone(buffer, { transfer: [buffer] });
  for (const value of [view, buffer])
    assert.throws(() => encode(value), { code: 'not-cloneable', message: /transferred away/ });
  assertSame(across([new ArrayBuffer(0), new Uint8Array(0)]), [new ArrayBuffer(0), new Uint8Array(0)]);
});

test('Shared memory is refused, with a hint', () => {
  const shared = new SharedArrayBuffer(8);
  for (const value of [shared, new Int32Array(shared)])
    assert.throws(() => encode({ value }), {
      code: 'not-cloneable',
      message: /value\.value is .*SharedArray/,
    });
});

test('The value does not alias the bytes it came from, nor the memory of encode()', () => {
  for (const size of [1, 64, 65, 5000]) {
    const back = across(new Uint8Array(size).fill(7)) as Uint8Array; // across() overwrites the bytes
    encode('x'.repeat(6000));
    assert.ok(back.every((byte) => byte === 7));
  }
});
