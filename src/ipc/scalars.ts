/**
 * The types that single shared numbers and shared arrays can have.
 *
 * @module
 */

/** A type of number in shared memory. `i64` and `u64` are BigInts. */
export type Scalar = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64';

/** The JavaScript type of a scalar. */
export type ScalarValue<T extends Scalar> = T extends 'i64' | 'u64' ? bigint : number;

interface Views {
  i8: Int8Array;
  u8: Uint8Array;
  i16: Int16Array;
  u16: Uint16Array;
  i32: Int32Array;
  u32: Uint32Array;
  i64: BigInt64Array;
  u64: BigUint64Array;
  f32: Float32Array;
  f64: Float64Array;
}

/** The typed array over a scalar. */
export type ScalarView<T extends Scalar> = Views[T];

const VIEWS: { readonly [T in Scalar]: new (memory: ArrayBuffer) => Views[T] } = {
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
};

const NAMES: readonly Scalar[] = Object.keys(VIEWS) as Scalar[];

export function checkScalar(what: string, type: unknown): asserts type is Scalar {
  if (typeof type === 'string' && Object.hasOwn(VIEWS, type)) return;
  throw new TypeError(
    `Cannot make a ${what} as its type must be one of ${NAMES.join(' ')}: it is ${String(type)}`,
  );
}

/** The number that stands for a type in shared memory. */
export function codeOf(type: Scalar): number {
  return NAMES.indexOf(type) + 1;
}

export function scalarOf(code: number): Scalar | undefined {
  return NAMES[code - 1];
}

export function isFloat(type: Scalar): boolean {
  return type === 'f32' || type === 'f64';
}

export function isBig(type: Scalar): boolean {
  return type === 'i64' || type === 'u64';
}

export function bytesOf(type: Scalar): number {
  return Number(type.slice(1)) / 8;
}

export function viewAs<T extends Scalar>(type: T, memory: ArrayBuffer): ScalarView<T> {
  return new VIEWS[type](memory);
}

/** Refuses what is not a value of the type. Out of range is refused, too: nothing is cut off silently. */
export function checkScalarValue(type: Scalar, value: unknown): void {
  if (isBig(type)) {
    if (typeof value !== 'bigint')
      throw new TypeError(`Cannot store into ${type} as it takes a bigint: it is ${typeof value}`);
  } else if (typeof value !== 'number') {
    throw new TypeError(`Cannot store into ${type} as it takes a number: it is ${typeof value}`);
  }
  if (isFloat(type)) return;
  const bits = BigInt(type.slice(1));
  const signed = type.startsWith('i');
  if (!isBig(type) && !Number.isInteger(value)) {
    throw new RangeError(
      `Cannot store into ${type} as it takes whole numbers: current value is ${String(value)}`,
    );
  }
  const whole = BigInt(value);
  const least = signed ? -(1n << (bits - 1n)) : 0n;
  const most = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  if (whole < least || whole > most) {
    throw new RangeError(
      `Cannot store into ${type} as it holds ${least} to ${most}: current value is ${String(value)}`,
    );
  }
}
