/**
 * What encode() promises about its own memory, and about code of the caller's that runs inside of it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decode, encode } from '../../../src/wire/index.ts';
import { assertSame } from './same.ts';

test('encode() uses the memory of the last message again, and aligns it to 8', () => {
  const first = encode({ a: 1 }).bytes;
  const second = encode({ b: 2 }).bytes;
  assert.equal(first.buffer, second.buffer);
  assert.equal(second.byteOffset % 8, 0);
});

test('encode() lets go of the memory of a large message, which stays valid', () => {
  const large = 'x'.repeat(3 << 20);
  const { bytes } = encode(large);
  assert.equal(bytes.byteOffset % 8, 0);
  const small = encode({ a: 1 }).bytes;
  assert.ok(small.buffer.byteLength < 1 << 20, `${small.buffer.byteLength} bytes are kept`);
  assert.equal(decode(bytes), large);
});

test('A getter may encode something itself, and neither message is disturbed', () => {
  const inner: Uint8Array[] = [];
  const make = (depth: number): object => ({
    before: 'b',
    get nested() {
      if (depth > 0) inner.push(encode([make(depth - 1), 'x'.repeat(20_000)]).bytes);
      return [depth];
    },
    after: { before: 1, nested: 2, after: 3 },
  });
  const outer = decode(encode([make(2), make(0)]).bytes);
  assertSame(
    outer,
    structuredClone([make(0), make(0)].map((value, index) => ({ ...value, nested: [index === 0 ? 2 : 0] }))),
  );
  assert.equal((decode(inner[inner.length - 1]!) as unknown[]).length, 2);
});

test('A hook may encode and decode while a message is read', () => {
  const reenter = (): object => decode(encode({ deep: [1, 2] }).bytes) as object;
  class Shared {}
  const message = encode([{ a: 1 }, new Shared(), { a: 2 }], {
    handleOf: () => (reenter(), { kind: 1, offset: 2, serial: 3 }),
  });
  assertSame(decode(message.bytes.slice(), { open: reenter }), [{ a: 1 }, { deep: [1, 2] }, { a: 2 }]);
});

test('After a failure half-way nothing of it is left in the next message', () => {
  for (let round = 0; round < 3; round++) {
    assert.throws(() => encode([{ a: new Date(1), b: new Uint8Array(9) }, { c: Symbol('bad') }]), {
      code: 'not-cloneable',
    });
    assert.throws(() => decode(encode([1]).bytes.subarray(0, 17)), { code: 'protocol' });
    assertSame(decode(encode([{ c: [1] }, { c: [1] }]).bytes), [{ c: [1] }, { c: [1] }]);
  }
});

test('A value larger than any message is refused before memory is asked for', () => {
  const huge = Reflect.construct(Uint8Array, [2 ** 31]) as Uint8Array; // never touched, so it costs no memory
  assert.throws(() => encode(huge), { code: 'over-limit' });
});

test('Objects used as dictionaries do not fill the memory with their keys', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const round = (from: number): number => {
    for (let index = from; index < from + 50_000; index++) encode({ [`some key ${index}`]: index });
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = round(0);
  const spent = round(50_000) - before;
  assert.ok(spent < 4 << 20, `${spent} bytes are kept`);
});

test('Encoding leaves the value alone and does not ask for toJSON', () => {
  const value = Object.freeze({ toJSON: undefined, list: Object.freeze([1, Object.freeze({ a: 1 })]) });
  assertSame(decode(encode(value).bytes), { toJSON: undefined, list: [1, { a: 1 }] });
});
