/**
 * One number in shared memory.
 *
 * Body: a lock (sync/lock-body.ts), then 64 bytes of which the first word is the type; data: the number.
 *
 * @module
 */
import {
  BODY_OFFSET,
  checkName,
  findOrMake,
  here,
  type Kind,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { LOCK_BYTES, type Lock, lockOf, reapLock, repairLock, tellLock } from '../sync/index.ts';
import {
  bytesOf,
  checkScalar,
  checkScalarValue,
  codeOf,
  isBig,
  isFloat,
  type Scalar,
  type ScalarValue,
  scalarOf,
  viewAs,
} from './scalars.ts';
import { DuodaoError } from '../base/index.ts';

/** What values and arrays keep before their data: a lock, and a line for the type. */
export const TYPED_BODY_BYTES: number = LOCK_BYTES + 64;
const TYPE = (BODY_OFFSET + LOCK_BYTES) / 4;

/** Says of which type the data of an object are. */
export function setType(object: SharedObject, type: Scalar): void {
  object.words[TYPE] = codeOf(type);
}

export function typeOf(object: SharedObject): Scalar {
  const type = scalarOf(object.words[TYPE] as number);
  if (!type) throw new DuodaoError('broken', 'The memory of this object makes no sense, as it names no type');
  return type;
}

const KIND: Kind = {
  id: 2,
  name: 'value',
  open: (object) => openValue(object),
  repair: repairLock,
  reap: reapLock,
};
registerKind(KIND);
tellLock(KIND.id);

/** A typed array that Atomics takes. */
type AtomicView = Int32Array;

let opening: SharedObject | undefined;

/**
 * A number that several processes and threads see and change.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** reading, writing and `add` of an integer are single atomic steps. `value.value += 1` is two: use
 *   `add`, or take `value.lock`.
 * - **If a writer dies:** the number is the old one or the new one.
 *
 * @example
 * ```ts
 * const sold = new Value('i32');
 * sold.add(1);
 * ```
 */
export class Value<T extends Scalar = Scalar> {
  readonly type: T;
  readonly #object: SharedObject;
  readonly #view: AtomicView;
  readonly #float: boolean;
  #lock: Lock | undefined;

  /**
   * @param type - The type of the number.
   * @param initial - What it is at first; 0 if left out.
   */
  constructor(type: T, initial?: ScalarValue<T>, options: { readonly name?: string } = {}) {
    const object = opening ?? createValue(type, initial, options.name);
    opening = undefined;
    this.#object = object;
    this.type = typeOf(object) as T;
    this.#float = isFloat(this.type);
    const memory = object.data(TYPED_BODY_BYTES);
    this.#view = viewAs(this.type, memory) as never;
    registerFace(this, object, KIND.id);
  }

  /** The value with this name, anywhere in the tree: the first call makes it. It lives as long as the tree. */
  static named<T extends Scalar>(name: string, type: T, initial?: ScalarValue<T>): Value<T> {
    checkName('value', name);
    checkScalar('value', type);
    const found = findOrMake(KIND.id, name, () => createValue(type, initial, name)) as Value;
    if (found.type !== type)
      throw new TypeError(`Cannot open the value "${name}" as ${type}: it is ${found.type}`);
    return found as Value<T>;
  }

  /** The number. Setting it to what the type cannot hold is a `RangeError`. */
  get value(): ScalarValue<T> {
    return (this.#float ? this.#view[0] : Atomics.load(this.#view, 0)) as ScalarValue<T>;
  }

  set value(value: ScalarValue<T>) {
    checkScalarValue(this.type, value);
    if (this.#float) this.#view[0] = value as number;
    else Atomics.store(this.#view, 0, value as number);
  }

  /** Adds to an integer in one step and gives what it was before. It wraps around as the type does. */
  add(amount: ScalarValue<T>): ScalarValue<T> {
    this.#needInteger('add to');
    checkAmount(this.type, amount);
    return Atomics.add(this.#view, 0, amount as number) as ScalarValue<T>;
  }

  /** Sets an integer to `wanted` if it is `expected`, in one step, and gives what it was before. */
  compareExchange(expected: ScalarValue<T>, wanted: ScalarValue<T>): ScalarValue<T> {
    this.#needInteger('compare and exchange');
    checkScalarValue(this.type, expected);
    checkScalarValue(this.type, wanted);
    return Atomics.compareExchange(this.#view, 0, expected as number, wanted as number) as ScalarValue<T>;
  }

  /** The lock that belongs to this value: for steps that are more than one. */
  get lock(): Lock {
    this.#lock ??= lockOf(this.#object);
    return this.#lock;
  }

  #needInteger(action: string): void {
    if (this.#float) throw new TypeError(`Cannot ${action} a ${this.type} in one step: take its lock`);
  }
}

/** An amount may be negative for an unsigned type, too: it wraps. */
function checkAmount(type: Scalar, amount: unknown): void {
  if (isBig(type) ? typeof amount === 'bigint' : Number.isInteger(amount)) return;
  throw new TypeError(
    `Cannot add to ${type} as it takes ${isBig(type) ? 'a bigint' : 'a whole number'}: ` +
      `current value is ${String(amount)}`,
  );
}

function createValue<T extends Scalar>(
  type: T,
  initial: ScalarValue<T> | undefined,
  name?: string,
): SharedObject {
  checkScalar('value', type);
  if (initial !== undefined) checkScalarValue(type, initial);
  if (name !== undefined) checkName('value', name);
  const size = { bodyBytes: TYPED_BODY_BYTES, dataBytes: Math.max(8, bytesOf(type)) };
  return here().objects.create(KIND, size, name ?? '', (object) => {
    setType(object, type);
    if (initial !== undefined)
      (viewAs(type, object.data(TYPED_BODY_BYTES)) as never as unknown[])[0] = initial;
  });
}

function openValue(object: SharedObject): Value {
  opening = object;
  return new Value('i32');
}
