/**
 * Reads one value from bytes that anybody may have written.
 *
 * Every tag is looked at once, in one switch. Nothing is reserved on the word of a message: containers grow as their
 * elements arrive. Insides that were parked for their depth (`format.ts`) are filled in after the value; till then
 * the containers are empty, but they are there, and can be referred to.
 *
 * @module
 */
import {
  ARRAY,
  ENTRIES_MAX,
  FALSE,
  FLOAT64,
  FUNCTION,
  HANDLE,
  HEADER,
  HOLE,
  INT16,
  INT32,
  INT8,
  LATIN1,
  malformed,
  NULL,
  OBJECT,
  REF,
  SHORT_STRING,
  SMALL_INT,
  TRUE,
  UNDEFINED,
  UTF16,
} from '../format.ts';
import { Nesting } from '../nesting.ts';
import { CarriedBuffers } from './buffers.ts';
import { readBuiltin } from './builtins.ts';
import type { Parts } from './header.ts';
import { type KnownKeys, readKeyList } from './key-lists.ts';
import { type Incoming, LinkedObjects } from './linked-objects.ts';
import { define, indexOf, isFarOff, put, storeSparsely } from './properties.ts';
import { itemAt, Source } from './source.ts';

const EMPTY: Uint8Array = new Uint8Array(0);
const NO_PARTS: Parts = { buffers: 0, links: 0, total: 0 };
/** Arrays up to this length get their room at once. Longer ones grow, so that none is made on the word of a message. */
const RESERVED_MAX = 16;

export class Reader {
  readonly source: Source = new Source(EMPTY, 0, 0);
  #bytes: Uint8Array = EMPTY;
  #parts: Parts = NO_PARTS;
  #incoming: Incoming | undefined;
  #linked: LinkedObjects | undefined;
  #buffers: CarriedBuffers | undefined;
  #objects: object[] = [];
  #lists: KnownKeys[] = [];
  readonly #nesting: Nesting = new Nesting();

  /** Reads a whole message whose header has been checked. */
  message(bytes: Uint8Array, parts: Parts, incoming: Incoming | undefined): unknown {
    this.#bytes = bytes;
    this.#parts = parts;
    this.#incoming = incoming;
    this.source.reset(bytes, HEADER.sizeBytes, parts.buffers);
    const value = this.value();
    this.#nesting.unpark();
    if (this.source.left > 0) throw malformed('something stands behind its value');
    return value;
  }

  /** Forgets a message that has been read. */
  release(): void {
    this.#bytes = EMPTY;
    this.source.reset(EMPTY, 0, 0);
    this.#incoming = this.#linked = this.#buffers = undefined;
    this.#objects = [];
    if (this.#lists.length > 0) this.#lists = [];
  }

  value(): unknown {
    return this.tagged(this.source.u8());
  }

  /** Reads entries into an object. An array of `sparseLength` takes elements too; any other array only takes names. */
  entries(target: object, sparseLength?: number): void {
    const { source } = this;
    const count = source.count(2);
    if (count > ENTRIES_MAX) throw malformed(`an object has ${count} entries`);
    const isArray = Array.isArray(target);
    const isPlain = Object.getPrototypeOf(target) === Object.prototype;
    let mayReserve = isPlain;
    for (let left = count; left > 0; left--) {
      const key = source.string();
      if (isArray) checkArrayKey(key, sparseLength ?? 0);
      else if (mayReserve && isFarOff(key, count)) {
        storeSparsely(target);
        mayReserve = false;
      }
      const tag = source.u8();
      if (tag === HOLE) continue;
      if (isPlain) put(target, key, this.tagged(tag));
      else define(target, key, this.tagged(tag));
    }
  }

  /** The value whose tag has been taken. */
  tagged(tag: number): unknown {
    const { source } = this;
    if (tag >= SMALL_INT) return tag - SMALL_INT;
    if (tag >= SHORT_STRING) return source.latin1(tag - SHORT_STRING);
    switch (tag) {
      case OBJECT:
        return this.#object();
      case ARRAY:
        return this.#array();
      case TRUE:
        return true;
      case FALSE:
        return false;
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case INT8:
        return source.i8();
      case INT16:
        return (source.u16() << 16) >> 16;
      case INT32:
        return source.i32();
      case FLOAT64:
        return source.f64();
      case LATIN1:
      case UTF16:
        return source.stringTagged(tag);
      default:
        return this.#rare(tag);
    }
  }

  #rare(tag: number): unknown {
    const { source } = this;
    switch (tag) {
      case REF:
        return itemAt(this.#objects, source.size(), 'object');
      case HANDLE:
        return this.#linkedObjects().open(source.size());
      case FUNCTION:
        return this.#linkedObjects().resolve(source.size());
      default:
        return readBuiltin(this, tag);
    }
  }

  /** Counts an object as met, so that references find it. */
  met<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  /** Fills a container, now or, deep down, later. */
  container<T extends object>(container: T, inside: (container: T) => void): T {
    this.#objects.push(container);
    this.#nesting.into(() => inside(container));
    return container;
  }

  // Objects and arrays do what container() does, without making a function each time.
  #object(): object {
    const nesting = this.#nesting;
    const object = {};
    this.#objects.push(object);
    if (nesting.isFull) nesting.park(() => this.#fields(object));
    else {
      nesting.enter();
      this.#fields(object);
      nesting.leave();
    }
    return object;
  }

  #array(): unknown[] {
    const nesting = this.#nesting;
    const length = this.source.count();
    const array: unknown[] = length <= RESERVED_MAX ? new Array(length) : [];
    this.#objects.push(array);
    if (nesting.isFull) nesting.park(() => this.elements(array, length));
    else {
      nesting.enter();
      this.elements(array, length);
      nesting.leave();
    }
    return array;
  }

  #fields(object: object): void {
    const { source } = this;
    const kind = source.size();
    if (kind === 0) return this.entries(object);
    if (kind === 1) this.#lists.push(readKeyList(source));
    const { keys, assignable } = itemAt(
      this.#lists,
      kind === 1 ? this.#lists.length - 1 : kind - 2,
      'key list',
    );
    if (assignable)
      for (const key of keys) (object as Record<string, unknown>)[key] = this.tagged(source.u8());
    else for (const key of keys) put(object, key, this.tagged(source.u8()));
  }

  /** Reads that many elements or holes into an empty array. */
  elements(array: unknown[], length: number): void {
    const { source } = this;
    for (let index = 0; index < length; index++) {
      const tag = source.u8();
      if (tag >= SMALL_INT) array[index] = tag - SMALL_INT;
      else if (tag !== HOLE) array[index] = this.tagged(tag);
    }
    if (array.length !== length) array.length = length;
  }

  get buffers(): CarriedBuffers {
    const { buffers, links } = this.#parts;
    return (this.#buffers ??= new CarriedBuffers(new Source(this.#bytes, buffers, links)));
  }

  #linkedObjects(): LinkedObjects {
    return (this.#linked ??= new LinkedObjects(this.#bytes, this.#incoming ?? {}));
  }
}

function checkArrayKey(key: string, sparseLength: number): void {
  const index = indexOf(key);
  if (key === 'length' || (index !== undefined && index >= sparseLength))
    throw malformed('an array has an element where none can be');
}
