/** The types of shared numbers: how large each is, what it holds, and that nothing is cut off silently. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  bytesOf,
  checkScalar,
  checkScalarValue,
  codeOf,
  isBig,
  isFloat,
  type Scalar,
  scalarOf,
  viewAs,
} from '../../../src/ipc/scalars.ts';

const SIZES: Readonly<Record<Scalar, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
};
const SCALARS = Object.keys(SIZES) as Scalar[];

function range(type: Scalar): [least: bigint, most: bigint] {
  const bits = BigInt(8 * SIZES[type]);
  return type.startsWith('i') ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
}

test('Every type has its size, its view, and a number of its own that leads back to it', () => {
  const codes = new Set<number>();
  for (const type of SCALARS) {
    assert.equal(bytesOf(type), SIZES[type]);
    const view = viewAs(type, new ArrayBuffer(64));
    assert.equal(view.BYTES_PER_ELEMENT, SIZES[type]);
    assert.equal(typeof view[0], isBig(type) ? 'bigint' : 'number');
    assert.equal(scalarOf(codeOf(type)), type);
    assert.ok(codeOf(type) > 0, 'memory of zeros names no type');
    codes.add(codeOf(type));
  }
  assert.equal(codes.size, SCALARS.length);
  for (const code of [0, -1, 11, 2 ** 31]) assert.equal(scalarOf(code), undefined);
  assert.deepEqual(SCALARS.filter(isBig), ['i64', 'u64']);
  assert.deepEqual(SCALARS.filter(isFloat), ['f32', 'f64']);
});

test('checkScalar() refuses what is no type, and names those that are', () => {
  for (const type of SCALARS) checkScalar('value', type);
  for (const type of ['i31', 'int', '', 'toString', '__proto__', 32, undefined, null, ['i32'], Symbol('i32')])
    assert.throws(() => checkScalar('value', type), {
      name: 'TypeError',
      message: /^Cannot make a value .*i8 u8 i16/,
    });
});

test('An integer type takes exactly the whole numbers that it holds', () => {
  for (const type of SCALARS.filter((one) => !isFloat(one))) {
    const [least, most] = range(type);
    const as = (number: bigint): bigint | number => (isBig(type) ? number : Number(number));
    const near = fc.oneof(
      fc.bigInt(least - 3n, least + 3n),
      fc.bigInt(most - 3n, most + 3n),
      fc.bigInt(-(2n ** 70n), 2n ** 70n),
    );
    fc.assert(
      fc.property(near, (number) => {
        // Beyond 2^53 a double is another whole number: then that one counts.
        const fits = BigInt(as(number)) >= least && BigInt(as(number)) <= most;
        if (!fits) return assert.throws(() => checkScalarValue(type, as(number)), RangeError);
        checkScalarValue(type, as(number));
        const view = viewAs(type, new ArrayBuffer(8)) as unknown as (number | bigint)[];
        view[0] = as(number);
        assert.equal(view[0], as(number), 'what is taken is kept');
      }),
    );
  }
});

test('An integer type refuses fractions, infinities and NaN', () => {
  for (const type of SCALARS.filter((one) => !isFloat(one) && !isBig(one))) {
    for (const number of [0.5, -1e-9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      assert.throws(() => checkScalarValue(type, number), { name: 'RangeError', message: /whole numbers/ });
    checkScalarValue(type, -0);
  }
});

test('A floating-point type takes every number', () => {
  for (const type of ['f32', 'f64'] as const)
    for (const number of [0, -0, 0.1, -1e300, Number.NaN, Number.POSITIVE_INFINITY])
      checkScalarValue(type, number);
});

test('A value of another JavaScript type is refused, also one that could be converted', () => {
  for (const type of SCALARS) {
    const others = [isBig(type) ? 1 : 1n, '1', true, null, undefined, [1], new Number(1), new Date(0)];
    for (const other of others) assert.throws(() => checkScalarValue(type, other), TypeError);
  }
});
