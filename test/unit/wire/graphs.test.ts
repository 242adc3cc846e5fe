/**
 * What the codec promises for values that point to one another: what was shared is shared, a cycle is a cycle, and
 * depth does not matter.
 * How: by name, then arbitrary graphs of all kinds of objects against structuredClone.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { across, assertSame } from './same.ts';

function crossesLikeAClone(...values: unknown[]): void {
  for (const value of values) assertSame(across(value), structuredClone(value));
}

test('Objects that are shared are shared, and cycles are cycles, among few objects and among many', () => {
  for (const count of [1, 15, 16, 17, 100]) {
    const objects: Record<string, unknown>[] = Array.from({ length: count }, (_, index) => ({ index }));
    for (const object of objects) Object.assign(object, { all: objects, first: objects[0] });
    crossesLikeAClone(objects, { objects, again: [...objects].reverse(), date: new Date(1) });
  }
  const date = new Date(1);
  const shared = [date, /a/, Object(1), new Map(), new Set(), new Uint8Array(1), new ArrayBuffer(1)];
  crossesLikeAClone([...shared, ...shared]);
});

test('Nesting of any depth crosses, through every kind of container', () => {
  const ways: ((inner: unknown) => unknown)[] = [
    (inner) => ({ inner }),
    (inner) => [inner],
    (inner) => new Map([[inner, 0]]),
    (inner) => new Set([inner]),
    (inner) => Object.assign([0], { inner }),
  ];
  const depth = 20_000;
  for (const into of ways) {
    let value: unknown = 'bottom';
    for (let level = 0; level < depth; level++) value = into(value);
    let back = across(value);
    for (let level = 0; level < depth; level++) {
      if (back instanceof Map) [back] = back.keys();
      else if (back instanceof Set) [back] = back;
      else if (Array.isArray(back) && !('inner' in back)) [back] = back as unknown[];
      else back = (back as { inner: unknown }).inner;
    }
    assert.equal(back, 'bottom');
  }
});

test('What is shared across the depth where insides are parked stays shared', () => {
  const shared = { shared: true };
  let value: object = { shared };
  for (let level = 0; level < 350; level++)
    value = level % 2 === 0 ? { value, shared, level } : [value, shared];
  crossesLikeAClone([value, shared, value]);
});

const text = fc.oneof(
  fc.constantFrom('', 'id', 'name', '__proto__', 'constructor', 'length', '0', '1', '1000', '4294967295'),
  fc.string(),
  fc.array(fc.nat(0xffff), { maxLength: 30 }).map((units) => String.fromCharCode(...units)),
);
const primitive = fc.oneof(
  fc.constantFrom(undefined, null, true, false, -0, Number.NaN, Infinity),
  fc.integer(),
  fc.integer({ min: -200, max: 200 }),
  fc.double(),
  fc.bigInt(),
  text,
);
const kinds = [
  'object',
  'bare',
  'array',
  'named',
  'sparse',
  'map',
  'set',
  'date',
  'regexp',
  'boxed',
  'view',
  'buffer',
];
type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;
const viewClasses: readonly ViewClass[] = [
  Uint8Array,
  Int16Array,
  Float64Array,
  BigInt64Array,
  Uint8ClampedArray,
  DataView,
];
const node = fc.record({
  kind: fc.constantFrom(...kinds),
  key: fc.array(text, { minLength: 6, maxLength: 6 }),
  /** A number points to another node of the graph. */
  child: fc.array(fc.oneof(fc.record({ is: primitive }), fc.nat(20)), { maxLength: 6 }),
  number: fc.nat(200),
});
type Node = typeof node extends fc.Arbitrary<infer T> ? T : never;

/** Makes all objects, then fills them with one another. */
function built(nodes: readonly Node[]): unknown {
  const buffers = [new ArrayBuffer(64), new Uint8Array(64).map((_, index) => index).buffer];
  const objects = nodes.map(({ kind, number }): object => {
    if (kind === 'bare') return Object.create(null) as object;
    if (kind === 'array' || kind === 'named' || kind === 'sparse') return [];
    if (kind === 'map') return new Map();
    if (kind === 'set') return new Set();
    if (kind === 'date') return new Date(number * 1e10);
    if (kind === 'regexp') return new RegExp(`a{${number}}`, 'gi');
    if (kind === 'boxed') return Object(number % 2 === 0 ? number : String(number)) as object;
    if (kind === 'buffer') return buffers[number % 2]!;
    if (kind === 'view') return new viewClasses[number % 6]!(buffers[number % 2]!, (number % 3) * 8, 2);
    return {};
  });
  nodes.forEach(({ kind, key, child, number }, index) => {
    const object = objects[index]!;
    child.forEach((each, at) => {
      const value: unknown = typeof each === 'number' ? objects[each % objects.length] : each.is;
      if (object instanceof Map) object.set(at % 2 === 0 ? value : key[at], value);
      else if (object instanceof Set) object.add(value);
      else if (kind === 'array') (object as unknown[])[at + (number % 3)] = value;
      else if (kind === 'sparse') (object as unknown[])[at * number * 997] = value;
      else if (['object', 'bare', 'named'].includes(kind) && !(kind === 'named' && key[at] === 'length'))
        Object.defineProperty(object, key[at]!, {
          value,
          enumerable: true,
          writable: true,
          configurable: true,
        });
    });
  });
  return objects[0];
}

test('An arbitrary graph of values crosses as by structured clone', () => {
  fc.assert(
    fc.property(fc.array(node, { minLength: 1, maxLength: 20 }), (nodes) => {
      const value = built(nodes);
      const back = across(value);
      assertSame(back, structuredClone(value));
      assert.deepStrictEqual(back, structuredClone(value));
    }),
    { numRuns: 400 },
  );
});

test('An arbitrary tree of plain data crosses unchanged', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withSparseArray: true,
        withNullPrototype: true,
      }),
      (value) => {
        assertSame(across(value), structuredClone(value));
      },
    ),
    { numRuns: 500 },
  );
});
