/**
 * The memory of a banker without any arena: to look into it, and to stop a change at each single store.
 *
 * @module
 */
import { BODY_OFFSET } from '../../../src/memory/index.ts';
import {
  BANKER_BODY_BYTES,
  BANKER_DATA_BYTES,
  type BankerMemory,
  BankerTable,
} from '../../../src/sync/banker-table.ts';

export class Memory implements BankerMemory {
  readonly words: Int32Array;
  readonly #data: ArrayBuffer;

  constructor(words: Int32Array, data: ArrayBuffer) {
    this.words = words;
    this.#data = data;
  }

  /** The memory of a new banker. */
  static of(resources: Readonly<Record<string, number>>, avoids = true): Memory {
    const words = new Int32Array((BODY_OFFSET + BANKER_BODY_BYTES) / 4);
    const memory = new Memory(words, new ArrayBuffer(BANKER_DATA_BYTES));
    const names = Object.keys(resources).map((name) => new TextEncoder().encode(name));
    BankerTable.init(memory, { names, totals: Int32Array.from(Object.values(resources)), avoids });
    return memory;
  }

  data(): ArrayBuffer {
    return this.#data;
  }

  copy(): Memory {
    return new Memory(this.words.slice(), this.#data.slice(0));
  }
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
export function statesOf(memory: Memory, change: (table: BankerTable) => void): Memory[] {
  const copy = memory.copy();
  const states = [copy.copy()];
  const tell = (): unknown => states.push(copy.copy());
  const real = CLASSES.map((name) => [name, globalThis[name]] as const);
  const { load, store } = Atomics;
  try {
    // The table makes its views when it is made; Atomics would not take what we give it instead.
    for (const [name, Class] of real) {
      const construct = (_target: object, args: never[]): View =>
        watched(Reflect.construct(Class, args), tell);
      Reflect.set(globalThis, name, new Proxy(Class, { construct }));
    }
    Reflect.set(Atomics, 'load', (view: View, index: number) => view[index]);
    Reflect.set(Atomics, 'store', (view: View, index: number, value: number) => (view[index] = value));
    change(new BankerTable({ words: watched(copy.words, tell) as Int32Array, data: () => copy.data() }));
  } finally {
    for (const [name, Class] of real) Reflect.set(globalThis, name, Class);
    Reflect.set(Atomics, 'load', load);
    Reflect.set(Atomics, 'store', store);
  }
  return states;
}
