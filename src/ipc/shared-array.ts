/**
 * An array of numbers in shared memory.
 *
 * Body as a value's (value.ts); data: the numbers.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { type Lock, lockOf, reapLock, repairLock, tellLock } from '../sync/index.ts';
import {
  bytesOf,
  checkScalar,
  checkScalarValue,
  type Scalar,
  type ScalarValue,
  type ScalarView,
  viewAs,
} from './scalars.ts';
import { setType, TYPED_BODY_BYTES, typeOf } from './value.ts';

const KIND: Kind = {
  id: 3,
  name: 'array',
  open: (object) => openArray(object),
  repair: repairLock,
  reap: reapLock,
};
registerKind(KIND);
tellLock(KIND.id);

const LIMIT_BYTES = 2 ** 31 - 65536;

let opening: SharedObject | undefined;

/**
 * Numbers that several processes and threads see and change, as one typed array.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them. Sending its `view`
 *   copies.
 * - **Order:** use `Atomics` on the view of an integer type for single steps, `array.lock` for more than one.
 * - **If a writer dies:** each number is the old one or the new one; several of them may be half-done: see
 *   `held.ownerDied`.
 * - **Limits:** fixed length; 2 GiB; it is zeroed, and memory is used only where it is touched.
 *
 * @example
 * ```ts
 * const left = new SharedArray('i32', [300, 120]);
 * Atomics.sub(left.view, 0, 2);
 * ```
 */
export class SharedArray<T extends Scalar = Scalar> {
  readonly type: T;
  /** The numbers. It lies in memory of its own: nothing else is reachable through its buffer. */
  readonly view: ScalarView<T>;
  readonly #object: SharedObject;
  #lock: Lock | undefined;

  /**
   * @param type - The type of the numbers.
   * @param content - How many numbers, all zero; or the numbers.
   */
  constructor(type: T, content: number | Iterable<ScalarValue<T>>, options: { readonly name?: string } = {}) {
    const object = opening ?? createArray(type, content, options.name);
    opening = undefined;
    this.#object = object;
    this.type = typeOf(object) as T;
    const memory = object.data(TYPED_BODY_BYTES);
    this.view = viewAs(this.type, memory);
    // A view may be all that somebody keeps of the array.
    here().objects.keepFor(object, memory);
    registerFace(this, object, KIND.id);
  }

  /** The array with this name, anywhere in the tree: the first call makes it. It lives as long as the tree. */
  static named<T extends Scalar>(name: string, type: T, length: number): SharedArray<T> {
    checkName('array', name);
    checkScalar('array', type);
    const found = findOrMake(KIND.id, name, () => createArray(type, length, name)) as SharedArray;
    if (found.type !== type || found.length !== length) {
      throw new TypeError(
        `Cannot open the array "${name}" as ${type}[${length}]: it is ${found.type}[${found.length}]`,
      );
    }
    return found as SharedArray<T>;
  }

  /** How many numbers. */
  get length(): number {
    return this.view.length;
  }

  /** The lock that belongs to this array. */
  get lock(): Lock {
    this.#lock ??= lockOf(this.#object);
    return this.#lock;
  }
}

function createArray<T extends Scalar>(
  type: T,
  content: number | Iterable<ScalarValue<T>>,
  name?: string,
): SharedObject {
  checkScalar('array', type);
  if (name !== undefined) checkName('array', name);
  const numbers = typeof content === 'number' ? undefined : [...content];
  for (const number of numbers ?? []) checkScalarValue(type, number);
  const length = numbers?.length ?? (content as number);
  if (!Number.isInteger(length) || length < 1) {
    throw new RangeError(
      `Cannot make an array as its length must be a whole number of 1 or more: current value is ${length}`,
    );
  }
  const dataBytes = length * bytesOf(type);
  if (dataBytes > LIMIT_BYTES) {
    throw new DuodaoError('no-space', `One array can hold ${LIMIT_BYTES} bytes at most, not ${dataBytes}`, {
      dataBytes,
      limitBytes: LIMIT_BYTES,
    });
  }
  return here().objects.create(KIND, { bodyBytes: TYPED_BODY_BYTES, dataBytes }, name ?? '', (object) => {
    setType(object, type);
    if (numbers)
      (viewAs(type, object.data(TYPED_BODY_BYTES)) as never as { set(from: unknown[]): void }).set(numbers);
  });
}

function openArray(object: SharedObject): SharedArray {
  opening = object;
  return new SharedArray('i32', 1);
}
