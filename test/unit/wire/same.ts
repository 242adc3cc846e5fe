/**
 * Compares two values as graphs, more strictly than deepStrictEqual: the order of keys, what is shared with what, and
 * bytes behind views count too.
 */
import assert from 'node:assert/strict';
import { inspect, types } from 'node:util';
import { decode, encode, type Incoming, type Outgoing } from '../../../src/wire/index.ts';

/** There and back, over a copy of the bytes that is gone afterwards. */
export function across(value: unknown, outgoing?: Outgoing, incoming?: Incoming): unknown {
  const bytes = encode(value, outgoing).bytes.slice();
  const back = decode(bytes, incoming);
  bytes.fill(0xff); // shows an alias
  return back;
}

/** Fails unless both are the same graph. */
export function assertSame(actual: unknown, expected: unknown): void {
  compare(actual, expected, new Map(), new Map(), 'value');
}

function shown(value: unknown): string {
  return inspect(value, { depth: 1, maxStringLength: 80 }).slice(0, 200);
}

function compare(
  actual: unknown,
  expected: unknown,
  there: Map<object, object>,
  back: Map<object, object>,
  path: string,
): void {
  if (typeof expected !== 'object' || expected === null) {
    assert.ok(Object.is(actual, expected), `${path} is ${shown(actual)}, not ${shown(expected)}`);
    return;
  }
  assert.ok(typeof actual === 'object' && actual !== null, `${path} is ${shown(actual)}, not an object`);
  if (there.has(expected) || back.has(actual)) {
    assert.ok(
      there.get(expected) === actual && back.get(actual) === expected,
      `${path} shares what it should not`,
    );
    return;
  }
  there.set(expected, actual);
  back.set(actual, expected);
  assert.equal(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), `prototype of ${path}`);
  const next = (a: unknown, e: unknown, step: string): void => compare(a, e, there, back, `${path}${step}`);
  if (types.isMap(expected) && types.isMap(actual)) {
    next([...actual.keys()], [...expected.keys()], '.keys');
    next([...actual.values()], [...expected.values()], '.values');
  } else if (types.isSet(expected) && types.isSet(actual)) next([...actual], [...expected], '.members');
  else if (types.isDate(expected) && types.isDate(actual))
    next(actual.getTime(), expected.getTime(), '.time');
  else if (types.isRegExp(expected) && types.isRegExp(actual)) {
    assert.equal(String(actual), String(expected), path);
    assert.equal(actual.lastIndex, 0, path);
  } else if (types.isBoxedPrimitive(expected)) next(actual.valueOf(), expected.valueOf(), '.valueOf()');
  else if (types.isAnyArrayBuffer(expected)) {
    assert.deepEqual(new Uint8Array(actual as ArrayBuffer), new Uint8Array(expected), path);
    return;
  } else if (ArrayBuffer.isView(expected)) {
    const { buffer, byteOffset, byteLength } = actual as ArrayBufferView;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    assert.deepEqual(bytes, new Uint8Array(expected.buffer, expected.byteOffset, expected.byteLength), path);
    const known = there.get(expected.buffer);
    assert.ok(known === undefined || known === buffer, `the buffer of ${path}`);
    there.set(expected.buffer, buffer);
    back.set(buffer, expected.buffer);
    return;
  }
  if (types.isBoxedPrimitive(expected)) return;
  const keys = Reflect.ownKeys(expected);
  assert.deepEqual(Reflect.ownKeys(actual), keys, `keys of ${path}`);
  for (const key of keys) {
    const wanted: PropertyDescriptor = Object.getOwnPropertyDescriptor(expected, key)!;
    const found: PropertyDescriptor = Object.getOwnPropertyDescriptor(actual, key)!;
    assert.equal(found.enumerable, wanted.enumerable, `${path}.${String(key)}`);
    next(Reflect.get(actual, key), Reflect.get(expected, key), `.${String(key)}`);
  }
}
