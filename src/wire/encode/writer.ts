/**
 * Writes one value: primitives, plain objects and arrays here, the rest next door in `builtins.ts`.
 *
 * Three things make small objects cheap. Each object's keys are one ready-made block of bytes, found on the
 * way (`key-lists.ts`). Objects met before are found without a Map while they are few (`met-objects.ts`). And nothing
 * is made anew for each value.
 *
 * Reading an object may run its getters, and those may do anything, this included. So all properties of one object are
 * read before the first is written, in one loop, which is also the fastest way to read them. They wait on a stack.
 *
 * @module
 */
import { types } from 'node:util';
import { DuodaoError } from '../../base/index.ts';
import {
  ARRAY,
  ARRAY_NAMED,
  ARRAY_SPARSE,
  ENTRIES_MAX,
  FALSE,
  FUNCTION,
  HANDLE,
  HEADER,
  HOLE,
  NULL,
  OBJECT,
  REF,
  TRUE,
  UNDEFINED,
} from '../format.ts';
import type { LinkList } from '../links.ts';
import { Nesting } from '../nesting.ts';
import { namedKeys, sparseKeys } from './arrays.ts';
import { BufferList } from './buffers.ts';
import { reasonAgainst, writeBuiltin } from './builtins.ts';
import { classFacts } from './classes.ts';
import { emptyKeyList, type KeyList } from './key-lists.ts';
import { LinkedObjects, noFunctions, type Outgoing } from './linked-objects.ts';
import { MetObjects } from './met-objects.ts';
import { property, Refusal, through } from './refusal.ts';
import { Sink } from './sink.ts';

const hasOwn = Object.prototype.hasOwnProperty;
const WAITING_KEPT = 1024;
let messages = 0;

export class Writer {
  readonly sink: Sink = new Sink();
  #linked: LinkedObjects | undefined;
  #buffers: BufferList | undefined;
  /** Tells the key lists of this message from those of others. */
  #message = 0;
  #lists = 0;
  readonly nesting: Nesting = new Nesting();
  readonly #met: MetObjects = new MetObjects();
  // Properties that have been read and wait to be written.
  #waiting: unknown[] = [];
  #top = 0;

  get links(): LinkList | undefined {
    return this.#linked?.links;
  }

  get buffers(): BufferList {
    return (this.#buffers ??= new BufferList());
  }

  /** Writes a whole message into the sink. */
  message(value: unknown, outgoing: Outgoing | undefined): void {
    const { sink } = this;
    this.#linked = outgoing === undefined ? undefined : new LinkedObjects(outgoing);
    this.#message = ++messages;
    sink.restart(HEADER.sizeBytes);
    this.value(value);
    this.#unpark();
    const buffers = sink.length;
    this.#buffers?.write(sink);
    const links = sink.length;
    this.links?.write(sink);
    sink.header(buffers, links);
  }

  /** Forgets a message that has been written, and all that belongs to the caller. */
  release(): void {
    this.#linked = this.#buffers = undefined;
    this.#met.clear();
    this.#lists = 0;
    // The properties that waited have left `undefined` behind.
    if (this.#waiting.length > WAITING_KEPT) this.#waiting = [];
    this.sink.release();
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        return this.sink.number(value);
      case 'string':
        return this.sink.string(value);
      case 'object':
        return value === null ? this.sink.u8(NULL) : this.#object(value);
      case 'boolean':
        return this.sink.u8(value ? TRUE : FALSE);
      case 'undefined':
        return this.sink.u8(UNDEFINED);
      case 'bigint':
        return this.sink.bigint(value);
      case 'function':
        return this.#function(value as (...args: never[]) => unknown);
      default:
        throw new Refusal('a symbol');
    }
  }

  /** Writes some properties of an object as keys and values. */
  entries(value: object, keys: readonly string[]): void {
    this.#countEntries(keys.length);
    for (const key of keys) {
      this.sink.string(key);
      if (!hasOwn.call(value, key)) this.sink.u8(HOLE);
      else this.#property(key, Reflect.get(value, key));
    }
  }

  #property(key: string, value: unknown): void {
    try {
      this.value(value);
    } catch (error) {
      throw through(error, () => property(key));
    }
  }

  #countEntries(count: number): void {
    if (count > ENTRIES_MAX) {
      const message = `Cannot send an object as it has ${count} properties: at most ${ENTRIES_MAX} fit`;
      throw new DuodaoError('over-limit', message, { count });
    }
    this.sink.size(count);
  }

  #object(value: object): void {
    if (types.isProxy(value)) throw new Refusal('a Proxy');
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      if (prototype === null && (types.isModuleNamespaceObject(value) || types.isExternal(value)))
        throw new Refusal(types.isExternal(value) ? 'a native pointer' : 'a module');
      if (!this.#known(value)) this.#plain(value);
    } else if (prototype === Array.prototype) {
      if (!this.#known(value)) this.#array(value as unknown[]);
    } else this.#instance(value, prototype);
  }

  #instance(value: object, prototype: object): void {
    const handle = this.#linked?.indexOfHandle(value) ?? -1;
    if (handle >= 0) {
      this.sink.u8(HANDLE);
      this.sink.size(handle);
      return;
    }
    if (this.#known(value)) return;
    const { secretive } = classFacts(prototype);
    if (secretive !== undefined && !(value instanceof Error)) throw new Refusal(secretive);
    if (Array.isArray(value)) return this.#array(value);
    if (writeBuiltin(this, value, prototype)) return;
    const reason = reasonAgainst(value, prototype);
    if (reason !== undefined) throw new Refusal(reason);
    this.#plain(value);
  }

  #function(fn: (...args: never[]) => unknown): void {
    if (this.#linked === undefined) throw noFunctions();
    const index = this.#linked.indexOfAddress(fn);
    this.sink.u8(FUNCTION);
    this.sink.size(index);
  }

  /** Whether we have met this object before; then a reference to it is written. */
  #known(value: object): boolean {
    const number = this.#met.numberOf(value);
    if (number < 0) return false;
    this.sink.u8(REF);
    this.sink.size(number);
    return true;
  }

  #plain(value: object): void {
    this.sink.u8(OBJECT);
    const { nesting } = this;
    if (nesting.isFull) nesting.park(() => this.#fields(value));
    else {
      nesting.enter();
      this.#fields(value);
      nesting.leave();
    }
  }

  #fields(value: object): void {
    const base = this.#top;
    const waiting = this.#waiting;
    let top = base;
    let list: KeyList | undefined = emptyKeyList();
    let keys: string[] | undefined;
    // `for in` keeps to own keys faster than any function that lists them, as long as the check stands just so.
    for (const key in value) {
      if (!hasOwn.call(value, key)) continue;
      if (list !== undefined) {
        const next: KeyList | undefined = list.next(key);
        if (next === undefined) keys = [...list.keys, key];
        list = next;
      } else keys!.push(key);
      waiting[top++] = (value as Record<string, unknown>)[key];
    }
    this.#top = top;
    if (list !== undefined) this.#listed(list, base);
    else this.#unlisted(keys!, base);
    this.#top = base;
  }

  /** Writes the properties that wait from `base` on, whose keys are a list. */
  #listed(list: KeyList, base: number): void {
    const { sink } = this;
    if (list.message === this.#message) sink.size(list.number + 2);
    else {
      list.message = this.#message;
      list.number = this.#lists++;
      sink.u8(1);
      sink.raw(list.bytes);
    }
    const waiting = this.#waiting;
    const top = this.#top;
    let at = base;
    try {
      for (; at < top; at++) {
        const value = waiting[at];
        waiting[at] = undefined;
        this.value(value);
      }
    } catch (error) {
      throw through(error, () => property(list.keys[at - base]!));
    }
  }

  #unlisted(keys: readonly string[], base: number): void {
    this.sink.u8(0);
    this.#countEntries(keys.length);
    for (let index = 0; index < keys.length; index++) {
      const value = this.#waiting[base + index];
      this.#waiting[base + index] = undefined;
      this.sink.string(keys[index]!);
      this.#property(keys[index]!, value);
    }
  }

  #array(array: readonly unknown[]): void {
    const { sink, nesting } = this;
    const { length } = array;
    const sparse = sparseKeys(array);
    const named = sparse === undefined ? namedKeys(array) : undefined;
    sink.u8(sparse !== undefined ? ARRAY_SPARSE : named === undefined ? ARRAY : ARRAY_NAMED);
    sink.size(length);
    if (sparse !== undefined) nesting.into(() => this.entries(array, sparse));
    else if (named !== undefined) {
      nesting.into(() => {
        this.#elements(array, length);
        this.entries(array, named);
      });
    } else if (nesting.isFull) nesting.park(() => this.#elements(array, length));
    else {
      nesting.enter();
      this.#elements(array, length);
      nesting.leave();
    }
  }

  #elements(array: readonly unknown[], length: number): void {
    let index = 0;
    try {
      for (; index < length; index++) {
        const value = array[index];
        if (typeof value === 'number') this.sink.number(value);
        else if (value !== undefined || hasOwn.call(array, index)) this.value(value);
        else this.sink.u8(HOLE);
      }
    } catch (error) {
      throw through(error, () => `[${index}]`);
    }
  }

  #unpark(): void {
    try {
      this.nesting.unpark();
    } catch (error) {
      throw through(error, () => '…');
    }
  }
}
