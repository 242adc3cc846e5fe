/** What users' code must and must not compile to when it uses values and arrays. How type tests work: base.ts. */
import {
  type Lock,
  type Scalar,
  type ScalarValue,
  type ScalarView,
  SharedArray,
  Value,
} from '../../src/index.ts';
import { same } from './same.ts';

type Small = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'f32' | 'f64';
same<Scalar, Small | 'i64' | 'u64'>(true);
same<ScalarValue<Small>, number>(true);
same<ScalarValue<'i64' | 'u64'>, bigint>(true);

const sold = new Value('i32');
same<typeof sold, Value<'i32'>>(true);
same<typeof sold.value, number>(true);
same<typeof sold.type, 'i32'>(true);
same<typeof sold.lock, Lock>(true);
sold.value = 5;
const before = sold.add(1);
same<typeof before, number>(true);
sold.compareExchange(1, 2);
new Value('f64', 0.5, { name: 'ratio' });

const big = new Value('u64', 5n);
same<typeof big.value, bigint>(true);
big.add(-1n);

// @ts-expect-error: there is no such type
new Value('int');
// @ts-expect-error: an i64 is a bigint
new Value('i64', 5);
// @ts-expect-error: an i32 is a number
sold.value = 5n;
// @ts-expect-error: a u64 is a bigint
big.add(1);
// @ts-expect-error: and so is what it is compared with
big.compareExchange(1n, 2);
// @ts-expect-error: it was made with its type
sold.type = 'i32';

const left = Value.named('left', 'u16', 300);
same<typeof left, Value<'u16'>>(true);
// @ts-expect-error: a value is found by its name and type
Value.named('left');

const seats = new SharedArray('i32', 100);
same<typeof seats.view, Int32Array>(true);
same<typeof seats.length, number>(true);
same<typeof seats.lock, Lock>(true);
same<ScalarView<'u64'>, BigUint64Array>(true);
Atomics.add(seats.view, 0, 1);
new SharedArray('f32', [0.5, 1]);
new SharedArray('i64', new Set([1n]), { name: 'ids' });

// @ts-expect-error: an array has a length or numbers
new SharedArray('i32');
// @ts-expect-error: an i64 is a bigint
new SharedArray('i64', [1]);
// @ts-expect-error: texts are no numbers
new SharedArray('i32', ['1']);
// @ts-expect-error: its memory is its own for good
seats.view = new Int32Array(1);
// @ts-expect-error: its length is fixed
seats.length = 5;

const named = SharedArray.named('seats', 'f64', 10);
same<typeof named.view, Float64Array>(true);
// @ts-expect-error: an array is found with its length
SharedArray.named('seats', 'f64');
