/**
 * What the codec promises: values cross as by structured clone.
 * How: each kind of value by name against structuredClone itself, then arbitrary graphs of all of them.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decode, encode } from '../../../src/wire/index.ts';
import { across, assertSame } from './same.ts';

function crossesLikeAClone(...values: unknown[]): void {
  for (const value of values) assertSame(across(value), structuredClone(value));
}

test('Numbers keep their sign of zero, NaN, infinities and every bit', () => {
  crossesLikeAClone(0, -0, NaN, Infinity, -Infinity, 1.5, -1.5, 5e-324, Number.MAX_VALUE, 2 ** 53, Math.PI);
  for (let bit = 0; bit < 54; bit++) {
    const power = 2 ** bit;
    crossesLikeAClone(power, -power, power - 1, 1 - power, power + 1, -power - 1);
  }
});

test('BigInts of any size and sign keep their value', () => {
  for (let bit = 0n; bit < 200n; bit++)
    crossesLikeAClone(1n << bit, -(1n << bit), (1n << bit) - 1n, ~(1n << bit));
  const large = 7n ** 50_000n;
  crossesLikeAClone(0n, large, -large);
});

test('Strings keep every code unit, lone surrogates included, at every length', () => {
  crossesLikeAClone('', 'a', 'é', 'ÿ', 'Ā', '多道', '\ud800', 'a\udc00b', '😀', '\0');
  for (let length = 0; length < 140; length++) {
    const text = 'abcdefghijklmnopq'.repeat(9).slice(0, length);
    crossesLikeAClone(text, `${text}ÿ`, `${text}多`, `多${text}`, `${text}\ud800`);
  }
  crossesLikeAClone('é'.repeat(100_000), '多'.repeat(100_000), `${'a'.repeat(100_000)}多`);
});

test('undefined, null and booleans cross at the top and inside', () => {
  crossesLikeAClone(undefined, null, true, false, [undefined, null, true, false], { a: undefined, b: null });
});

test('Plain objects keep their keys in order, whatever the keys are called', () => {
  crossesLikeAClone(
    {},
    { b: 1, a: 2 },
    { 2: 'two', 1: 'one', z: 0, '-1': 1, '01': 2 },
    { '': 1, 多: 2, 'a b': 3 },
  );
  crossesLikeAClone(
    JSON.parse('{"__proto__": {"evil": 1}, "constructor": 2, "toString": 3, "hasOwnProperty": 4}'),
  );
  crossesLikeAClone({ 4294967294: 'last index', 4294967295: 'no index', 1000000: 'far', 70: 'near' });
  assert.equal(Object.hasOwn(across(JSON.parse('{"__proto__": 1}')) as object, '__proto__'), true);
});

test('Objects with more keys than fit into a list, and with long keys, keep them all', () => {
  for (const count of [31, 32, 33, 34, 200, 5000]) {
    const wide: Record<string, number> = {};
    for (let index = 0; index < count; index++) wide[`key${index}`] = index;
    crossesLikeAClone(wide, [wide, { ...wide }]);
  }
  crossesLikeAClone({ ['k'.repeat(64)]: 1 }, { ['k'.repeat(65)]: 1 }, { a: 1, ['多'.repeat(1000)]: 2, b: 3 });
});

test('Objects of one shape, of another, and of the first again are told apart', () => {
  crossesLikeAClone(
    Array.from({ length: 50 }, (_, index) => (index % 3 === 0 ? { a: index } : { a: index, b: {} })),
  );
});

test('Thousands of different shapes make no difference to any of them', () => {
  const objects = Array.from({ length: 6000 }, (_, index) => ({
    [`k${index}`]: index,
    common: { [`n${index}`]: 0 },
  }));
  crossesLikeAClone(objects);
  crossesLikeAClone(objects);
});

test('An object without prototype, and a class instance, arrive as plain objects of their own properties', () => {
  class Point {
    x = 1;
    y = 2;
    get sum(): number {
      return this.x + this.y;
    }
  }
  const bare: object = Object.assign(Object.create(null), { a: 1 });
  crossesLikeAClone(
    bare,
    new Point(),
    Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true } }),
  );
  assert.deepEqual(across(new Point()), { x: 1, y: 2 });
});

test('Getters are read, hidden properties and symbol keys are left behind', () => {
  const value = Object.defineProperty(
    {
      get now() {
        return 7;
      },
      [Symbol('s')]: 1,
    },
    'hidden',
    { value: 1 },
  ); // prettier-ignore
  assertSame(across(value), { now: 7 });
});

test('A property that an earlier getter deletes is left out, as by structured clone', () => {
  const make = (count: number): object => {
    const value: Record<string, unknown> = {};
    Object.defineProperty(value, 'a', { enumerable: true, get: () => delete value['z'] });
    for (let index = 0; index < count; index++) value[`k${index}`] = index;
    value['z'] = 1;
    return value;
  };
  for (const count of [1, 40]) assertSame(across(make(count)), structuredClone(make(count)));
});

test('Each getter is called once, in objects narrow and wide', () => {
  for (const count of [1, 31, 32, 33, 60]) {
    let calls = 0;
    const value = {};
    for (let index = 0; index < count; index++)
      Object.defineProperty(value, `k${index}`, { enumerable: true, get: () => ++calls });
    encode(value);
    assert.equal(calls, count);
  }
});

test('Arrays keep holes, properties beside their elements, and their length', () => {
  // oxlint-disable-next-line no-sparse-arrays
  crossesLikeAClone([], [1, , 3], [, ,], [undefined, ,], new Array(3), new Array(2000), new Array(17));
  crossesLikeAClone(Object.assign([1, 2], { name: 'n', '-1': 0 }), Object.assign([], { name: 'n' }));
  crossesLikeAClone(
    'one two'.match(/o(n)e/),
    Object.assign(
      Array.from({ length: 500 }, (_, i) => i),
      { last: [] },
    ),
  );
  class Row extends Array<number> {
    label = 'row';
  }
  crossesLikeAClone(
    Row.of(1, 2),
    Array.from({ length: 3000 }, (_, index) => [index]),
  );
});

test('A message may outgrow its memory at any place', () => {
  const tails = [1e300, 1, -70_000, 3n, 2n ** 900n, 'tail', 'é'.repeat(20), '多', '多'.repeat(30), new Date(1), { a: 1 }];
  for (let length = 16_250; length < 16_400; length += 1) {
    const head = 'x'.repeat(length);
    for (const tail of tails) {
      const fresh = encode({ big: 'x'.repeat(2 ** 20) }); // lets go of the large buffer, so that the next one grows again
      assert.ok(fresh.bytes.length > 2 ** 20);
      assertSame(decode(encode([head, tail]).bytes), [head, tail]);
    }
  }
});

test('A huge array with few elements crosses by its elements', () => {
  const sparse: unknown[] = [];
  sparse[5] = 'five';
  sparse[2 ** 31 - 1] = 'last';
  const full: unknown[] = [];
  full.length = 2 ** 32 - 1;
  full[70_000] = full;
  for (const array of [sparse, full, Object.assign([...sparse.slice(0, 9)], { length: 50_000 })]) {
    const { bytes } = encode(array);
    assert.ok(bytes.length < 100, `${bytes.length} bytes`);
    const back = decode(bytes) as unknown[];
    assert.equal(back.length, array.length);
    assert.deepEqual(Object.keys(back), Object.keys(array));
  }
});

test('An array asks for all its keys only when it is short or has properties beside its elements', (t) => {
  const keys = t.mock.method(Object, 'keys');
  encode(Array.from({ length: 5000 }, (_, index) => index));
  assert.equal(keys.mock.callCount(), 0);
});

test('Boxed primitives stay boxed', () => {
  crossesLikeAClone(
    Object(1),
    Object(-0),
    Object('s'),
    Object('多'.repeat(50)),
    Object(true),
    Object(false),
    Object(1n),
  );
});

test('Dates keep their time, or that they have none', () => {
  crossesLikeAClone(new Date(0), new Date(-1.5e12), new Date(8.64e15), new Date(Number.NaN));
});

test('Regular expressions keep source and flags, and start from 0 again', () => {
  const used = /a/g;
  used.exec('aa');
  crossesLikeAClone(/a/, /[多\]/]+/giu, new RegExp(''), new RegExp('/', 'dsy'), used, /(?<name>a)\k<name>/m);
});

test('Maps and Sets keep their order, with any keys, cycles through keys included', () => {
  const map = new Map<unknown, unknown>();
  map.set(map, { map }).set(-0, 'zero').set(Number.NaN, 1).set('k', undefined).set(undefined, 'u');
  const set = new Set<unknown>([1, 'x', map]);
  set.add(set);
  crossesLikeAClone(new Map(), new Set(), map, set, new Map([[{ a: 1 }, new Set([[1]])]]));
});

test('A Map that changes while it is read crosses as it was', () => {
  const map = new Map<unknown, unknown>();
  map
    .set('a', {
      get grow() {
        return map.set('new', 1).size;
      },
    })
    .set('b', 2); // prettier-ignore
  assert.deepEqual([...(across(map) as Map<string, unknown>).keys()], ['a', 'b']);
});

test('A subclass of Map that lies about its contents crosses with its contents', () => {
  class Liar extends Map<string, number> {
    override forEach(): void {}
    override get size(): number {
      return 9;
    }
    override *[Symbol.iterator](): MapIterator<[string, number]> {}
  }
  assertSame(across(new Liar([['a', 1]])), new Map([['a', 1]]));
});

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

// --- arbitrary graphs ---

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
const viewClasses = [Uint8Array, Int16Array, Float64Array, BigInt64Array, Uint8ClampedArray, DataView];
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
    { numRuns: 1500 },
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
    { numRuns: 1000 },
  );
});
