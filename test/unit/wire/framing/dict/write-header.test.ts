/**
 * Headers that are sent: nothing goes that JSON would change, and what is wrong is named by its path.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { runInNewContext } from 'node:vm';
import { dictHeader, type DictHeader, encodeHead } from '../../../../../src/wire/index.ts';
import { drain, LIMITS } from '../streams.ts';

const head = (header: unknown, size = 0): string =>
  Buffer.from(encodeHead(header as DictHeader, size, LIMITS)).toString();

const cyclic: Record<string, unknown> = { list: [1] };
(cyclic['list'] as unknown[]).push({ back: cyclic });
const nested = (levels: number): DictHeader => {
  let value: DictHeader = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
};

const REFUSED: readonly (readonly [header: unknown, says: RegExp])[] = [
  [{ a: undefined }, /header\.a must be what JSON can carry: current value is undefined$/],
  [
    { a: { 'b c': [1, () => 1] } },
    /header\.a\["b c"\]\[1\] must be what JSON can carry: current value is a function$/,
  ],
  [{ a: 1n }, /header\.a .* 1$/],
  [{ a: Symbol('s') }, /header\.a .* a symbol$/],
  [{ a: Number.NaN }, /header\.a .* NaN$/],
  [{ a: [Number.NEGATIVE_INFINITY] }, /header\.a\[0\] .* -Infinity$/],
  [{ when: new Date(0) }, /header\.when .* of class Date$/],
  [{ a: new Map() }, /of class Map$/],
  [{ a: Buffer.alloc(1) }, /of class Buffer$/],
  [{ a: new String('boxed') }, /of class String$/],
  // oxlint-disable-next-line no-sparse-arrays
  [{ a: [1, , 2] }, /header\.a .* an array$/],
  [{ a: Object.assign([1], { more: 1 }) }, /header\.a .* an array$/],
  [{ [Symbol('s')]: 1 }, /header must be what JSON can carry/],
  [{ toJSON: () => 'other' }, /header\.toJSON .* a function$/],
  [{ a: new (class Named {})() }, /of class Named$/],
  [cyclic, /header\.list\[1\]\.back must not be inside of itself$/],
];

test('encodeHead() refuses what JSON would change or drop, with the path to it', () => {
  for (const [header, says] of REFUSED)
    assert.throws(() => head(header), { name: 'TypeError', message: says }, String(says));
});

test('encodeHead() refuses a header that is no plain object', () => {
  for (const header of [null, undefined, 'text', 5, [], new Map(), new Date(), () => 1])
    assert.throws(() => head(header), { name: 'TypeError', message: /header must be a plain object/ });
});

test('encodeHead() writes 32 levels and no more, as a reader takes no more', () => {
  const decoder = dictHeader().decoder(LIMITS);
  decoder.push(encodeHead(nested(32), 0, LIMITS));
  assert.equal(drain(decoder).length, 1);
  assert.throws(() => head(nested(33)), {
    name: 'RangeError',
    message: /deeper than 32 levels: header\.a\.a/,
  });
});

test('encodeHead() takes objects without a prototype, of another realm, and the same one twice', () => {
  const shared = { s: 1 };
  const bare = Object.assign(Object.create(null) as Record<string, unknown>, { a: [shared, shared] });
  assert.equal(head(bare), '\x25\0\0\0{"a":[{"s":1},{"s":1}],"file_size":0}');
  assert.equal(head(runInNewContext('({ a: [1] })')), '\x17\0\0\0{"a":[1],"file_size":0}');
});

test('encodeHead() escapes what UTF-8 has no bytes for, and reads the same back', () => {
  const header = { 'half \ud800': '\udfff 多 \0 "\\' };
  const decoder = dictHeader().decoder(LIMITS);
  decoder.push(encodeHead(header, 0, LIMITS));
  assert.deepEqual(decoder.next()?.header, { ...header, file_size: 0 });
});

test('encodeHead() writes the size of a body that comes later, however long', () => {
  assert.equal(head({ file_size: 2 ** 40 }, 2 ** 40), '\x1b\0\0\0{"file_size":1099511627776}');
  assert.equal(head({}, 2 ** 40), '\x1b\0\0\0{"file_size":1099511627776}');
  for (const size of [-1, 1.5, 2 ** 53, Number.NaN, '5'])
    assert.throws(() => head({}, size as number), { name: 'RangeError', message: /from 0 to 2\^53 − 1/ });
  assert.throws(() => head({ file_size: 4 }, 5), {
    name: 'RangeError',
    message: /file_size must be the length of its body, 5: current value is 4$/,
  });
});

test('encodeHead() refuses a header over the limit', () => {
  assert.throws(() => encodeHead({ a: 'x'.repeat(70_000) }, 0, LIMITS), { code: 'over-limit' });
});
