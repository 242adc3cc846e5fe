/**
 * What the codec promises: values cross as by structured clone.
 * How: each kind of value by name, against structuredClone itself. Graphs of them: see graphs.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
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
  const objects = Array.from({ length: 2000 }, (_, index) => ({
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
  const named = (): object =>
    Object.defineProperties([1], {
      a: {
        enumerable: true,
        get(this: { z?: number }) {
          return delete this.z;
        },
      },
      z: { enumerable: true, value: 1, configurable: true },
    }); // prettier-ignore
  assertSame(across(named()), structuredClone(named()));
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
  const tails = [
    1e300,
    1,
    -70_000,
    3n,
    2n ** 900n,
    'tail',
    'é'.repeat(20),
    '多',
    '多'.repeat(30),
    new Date(1),
    { a: 1 },
  ];
  for (let length = 16_330; length < 16_390; length++) {
    const value = ['x'.repeat(length), ...tails];
    for (let first = 0; first < tails.length; first++) {
      value.splice(1, 1);
      let bytes: Uint8Array = new Uint8Array();
      // Whoever encodes inside of another encode() starts with the least memory.
      encode({
        get inner() {
          return (bytes = encode(value).bytes).length;
        },
      }); // prettier-ignore
      assertSame(decode(bytes), value);
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
  for (const array of [sparse, full, Object.assign(sparse.slice(0, 9), { length: 50_000 })]) {
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
