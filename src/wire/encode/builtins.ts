/**
 * Objects that are neither plain objects nor arrays: those that the engine knows, class instances, and those that
 * cannot cross.
 *
 * What an object is, the engine is asked, not the object: a subclass of Map is a Map whatever it says of itself, and
 * its contents are read by the Map's own methods.
 *
 * @module
 */
import { types } from 'node:util';
import { BOXED, BUFFER, DATE, MAP, REGEXP, SET } from '../format.ts';
import { classFacts } from './classes.ts';
import { writeError } from './failures.ts';
import { Refusal, through, underKey } from './refusal.ts';
import type { Writer } from './writer.ts';

const eachOfMap = Map.prototype.forEach;
const eachOfSet = Set.prototype.forEach;
const timeOf = Date.prototype.getTime;
const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')!.get as (this: RegExp) => string;
const flagsOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')!.get as (this: RegExp) => string;

const iterator: object = Object.getPrototypeOf(Object.getPrototypeOf([].values()));
const asyncIterator: object = Object.getPrototypeOf(
  Object.getPrototypeOf(Object.getPrototypeOf((async function* (): AsyncGenerator {})())),
);

/**
 * Writes an object that the engine gives a meaning of its own.
 *
 * @returns whether it was one; if not, nothing was written, and it may cross by its properties.
 */
export function writeBuiltin(writer: Writer, value: object, prototype: object): boolean {
  const { sink } = writer;
  if (ArrayBuffer.isView(value)) {
    writer.buffers.writeView(sink, value, prototype === Buffer.prototype);
  } else if (types.isMap(value)) {
    sink.u8(MAP);
    writer.nesting.into(() => writeMap(writer, value));
  } else if (types.isSet(value)) {
    sink.u8(SET);
    writer.nesting.into(() => writeSet(writer, value));
  } else if (types.isDate(value)) {
    sink.u8(DATE);
    sink.f64(timeOf.call(value));
  } else if (types.isRegExp(value)) {
    sink.u8(REGEXP);
    sink.string(sourceOf.call(value));
    sink.string(flagsOf.call(value));
  } else if (types.isArrayBuffer(value)) {
    const index = writer.buffers.indexOfWhole(value);
    sink.u8(BUFFER);
    sink.size(index);
  } else if (types.isNativeError(value) || value instanceof Error) {
    writeError(writer, value);
  } else if (types.isBoxedPrimitive(value)) {
    sink.u8(BOXED);
    writer.value(unboxed(value));
  } else return false;
  return true;
}

/** Why an object that is nothing the engine knows cannot cross, or `undefined` when nothing is against it. */
export function reasonAgainst(value: object, prototype: object): string | undefined {
  if (types.isPromise(value)) return 'a Promise, which has to be awaited first';
  if (types.isSharedArrayBuffer(value)) return 'a SharedArrayBuffer; use a SharedArray';
  if (types.isGeneratorObject(value)) return 'a generator';
  if (iterator.isPrototypeOf(value) || asyncIterator.isPrototypeOf(value)) return 'an iterator';
  return classFacts(prototype).hosted;
}

/** Reads everything before it writes anything, since what it writes may run code that changes the Map. */
function writeMap(writer: Writer, map: ReadonlyMap<unknown, unknown>): void {
  const pairs: unknown[] = [];
  eachOfMap.call(map, (value, key) => pairs.push(key, value));
  writer.sink.size(pairs.length / 2);
  for (let at = 0; at < pairs.length; at++) {
    try {
      writer.value(pairs[at]);
    } catch (error) {
      const index = Math.floor(at / 2);
      throw through(error, () => (at % 2 === 0 ? `.<key ${index}>` : underKey(pairs[at - 1], index)));
    }
  }
}

function writeSet(writer: Writer, set: ReadonlySet<unknown>): void {
  const values: unknown[] = [];
  eachOfSet.call(set, (value) => values.push(value));
  writer.sink.size(values.length);
  for (let at = 0; at < values.length; at++) {
    try {
      writer.value(values[at]);
    } catch (error) {
      throw through(error, () => `.<value ${at}>`);
    }
  }
}

function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  throw new Refusal('a symbol');
}
