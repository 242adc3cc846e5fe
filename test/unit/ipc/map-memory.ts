/**
 * The memory of a map without any arena: to look into it, to spoil it, and to stop a change at each single store.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { MAP_BODY_BYTES, MapBody, type MapMemory, type Outcome } from '../../../src/ipc/map-body.ts';
import { mapKey } from '../../../src/ipc/map-key.ts';
import { BODY_OFFSET } from '../../../src/memory/index.ts';

/** Where the words of a map's body begin, in words. */
export const BODY_WORD: number = BODY_OFFSET / 4;

export class Memory implements MapMemory {
  readonly words: Int32Array;
  readonly #data: ArrayBuffer;

  constructor(words: Int32Array, data: ArrayBuffer) {
    this.words = words;
    this.#data = data;
  }

  /** The memory of a new map. */
  static of(halfBytes: number, seed = 1): Memory {
    const words = new Int32Array((BODY_OFFSET + MAP_BODY_BYTES) / 4);
    const memory = new Memory(words, new ArrayBuffer(2 * halfBytes));
    MapBody.init(memory, seed);
    return memory;
  }

  data(): ArrayBuffer {
    return this.#data;
  }

  copy(): Memory {
    return new Memory(this.words.slice(), this.#data.slice(0));
  }
}

export function put(body: MapBody, key: string, value: string, expected?: number): Outcome['how'] {
  return body.put(mapKey(key, body.seed), Buffer.from(value), false, expected).how;
}

export function get(body: MapBody, key: string): string | undefined {
  const entry = body.get(mapKey(key, body.seed));
  return entry && Buffer.from(entry.value).toString();
}

export function remove(body: MapBody, key: string): boolean {
  return body.remove(mapKey(key, body.seed)) !== undefined;
}

/** All entries in the order in which their keys came in; and that what is derived is right. */
export function entriesOf(body: MapBody): [string, string][] {
  const half = body.copy();
  const { records } = half;
  const positions = [...half.positions()].sort((a, b) => records.birth(a) - records.birth(b));
  assert.equal(body.entries, positions.length);
  assert.equal(
    body.liveBytes,
    positions.reduce((sum, position) => sum + records.sizeAt(position), 0),
  );
  return positions.map((position) => [
    records.key(position),
    Buffer.from(records.value(position)).toString(),
  ]);
}

type View = Int32Array | Float64Array | Uint8Array;
const CLASSES = ['Int32Array', 'Float64Array', 'Uint8Array'] as const;

/** A view that tells of each store through it, and of the middle of a call that makes many. */
function watched(view: View, tell: () => void): View {
  const call = (method: (...args: unknown[]) => unknown, args: unknown[]): unknown => {
    const before = view.slice();
    const result = method.apply(view, args);
    const after = view.slice();
    const changed = [...after.keys()].filter((index) => after[index] !== before[index]);
    for (const index of changed.slice(changed.length / 2)) view[index] = before[index] as number;
    if (changed.length > 1) tell();
    view.set(after);
    if (changed.length > 0) tell();
    return result;
  };
  return new Proxy(view, {
    get(_target, name) {
      const member: unknown = Reflect.get(view, name, view);
      return typeof member === 'function' ? (...args: unknown[]) => call(member as never, args) : member;
    },
    set(_target, name, value) {
      Reflect.set(view, name, value, view);
      tell();
      return true;
    },
  });
}

/**
 * Makes a change on a copy of the memory, and gives what the memory was before it, after each store of it, and in the
 * middle of each call that stores many: whatever somebody may leave who is killed on the way.
 */
export function statesOf(memory: Memory, change: (body: MapBody) => void): Memory[] {
  const copy = memory.copy();
  const states = [copy.copy()];
  const tell = (): unknown => states.push(copy.copy());
  const real = CLASSES.map((name) => [name, globalThis[name]] as const);
  const { store } = Atomics;
  try {
    // The body makes its views when it is made; Atomics would not take what we give it instead.
    for (const [name, Class] of real) {
      const construct = (_target: object, args: never[]): View =>
        watched(Reflect.construct(Class, args), tell);
      Reflect.set(globalThis, name, new Proxy(Class, { construct }));
    }
    Reflect.set(Atomics, 'store', (view: View, index: number, value: number) => (view[index] = value));
    change(new MapBody({ words: watched(copy.words, tell) as Int32Array, data: () => copy.data() }));
  } finally {
    for (const [name, Class] of real) Reflect.set(globalThis, name, Class);
    Reflect.set(Atomics, 'store', store);
  }
  return states;
}
