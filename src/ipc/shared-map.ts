/**
 * The map that programs see. How it works in memory: map-body.ts and map-half.ts.
 *
 * @module
 */
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  registerFace,
  registerKind,
  type SharedObject,
} from '../memory/index.ts';
import { handlesIn } from './crossing.ts';
import { ABSENT, MAP_BODY_BYTES, MapBody } from './map-body.ts';
import type { MapKey } from './map-key.ts';
import { halfBytesFor, type SharedMapOptions } from './map-options.ts';
import { MapSteps, quoted, type Seen } from './map-steps.ts';

const KIND: Kind = {
  id: 8,
  name: 'map',
  open: (object) => openMap(object),
  repair: (object) => new MapBody(object).repair(),
  reap() {}, // nobody holds a part of a map
  references: (object) => new MapBody(object).valuesWithLinks().flatMap(handlesIn),
};
registerKind(KIND);

let opening: SharedObject | undefined;

/**
 * Keeps values under string keys, for all who share it.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** each call is one step in the eyes of all others. `get` and then `set` are two: use `update`.
 *   Entries come in the order in which their keys came in, as in a `Map`.
 * - **Limits:** `bytes` hold keys and packed values, and some 40 bytes more for each entry. When they are full
 *   of what is in the map, `set` and `update` throw `no-space`.
 * - **If a writer dies:** each entry is the old one or the new one, whole.
 * - **Cost:** values are copied, as bytes: changing what was got changes nothing here. Others wait while bytes
 *   are copied, which takes its time for a large value, for a look at all entries, and when the memory is tidied
 * up: then all entries are copied. That happens after as many bytes were set as there are in the map, but at
 * almost every `set` when it is almost full: give it twice what it will hold.
 *
 * No call waits for anything else.
 *
 * @example
 * ```ts
 * const trains = new SharedMap<{ left: number }>();
 * trains.set('G1', { left: 300 });
 * trains.update('G1', (train) => train && { left: train.left - 2 });
 * ```
 */
export class SharedMap<V = unknown> {
  readonly #steps: MapSteps<V>;
  /** Keys whose update runs its function now. */
  readonly #updating: Set<string> = new Set();

  constructor(options: SharedMapOptions = {}) {
    const object = opening ?? createMap(options);
    opening = undefined;
    this.#steps = new MapSteps(object);
    registerFace(this, object, KIND.id);
  }

  /**
   * The map with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists with other bytes than `options` asks for.
   */
  static named<V = unknown>(name: string, options: Omit<SharedMapOptions, 'name'> = {}): SharedMap<V> {
    checkName('map', name);
    const wanted = halfBytesFor(options);
    const map = findOrMake(KIND.id, name, () => createMap({ ...options, name })) as SharedMap<V>;
    const { halfBytes } = map.#steps.body;
    if (options.bytes !== undefined && halfBytes !== wanted) {
      throw new RangeError(`Cannot open the map "${name}" with ${options.bytes} bytes: it has ${halfBytes}`);
    }
    return map;
  }

  /**
   * The value of a key, or undefined if there is none.
   *
   * @throws DuodaoError `unsupported` when the value holds an exported function that has not arrived in this
   * thread yet: a call that does not wait cannot import its module.
   */
  get(key: string): V | undefined {
    return this.#steps.read(this.#key(key))?.value;
  }

  /** Whether there is an entry with this key. */
  has(key: string): boolean {
    return this.#steps.has(this.#key(key));
  }

  /**
   * Sets the value of a key.
   *
   * @throws DuodaoError `not-cloneable`; `over-limit` when the entry is larger than the whole map; `no-space`
   * when there is no room for it beside the others. Nothing is changed then.
   */
  set(key: string, value: V): this {
    const wanted = this.#key(key);
    this.#refuseInside(key);
    this.#steps.write(wanted, value);
    return this;
  }

  /** Takes an entry out, and says whether there was one. */
  delete(key: string): boolean {
    return this.#steps.remove(this.#key(key));
  }

  /**
   * Sets the value of a key to what `fn` makes of the old one, in one step: nobody changes the entry in between.
   * Gives the new value. No value is undefined: if `fn` gives that, the entry is taken out.
   *
   * Nothing is held while `fn` runs. If somebody was faster, it is called again with the newer value; so it should be
   * short, and do nothing but make a value. To do more, or if others hardly ever let it through, take a `Lock`.
   *
   * @throws Whatever `fn` throws; and as `get` and `set`. Nothing is changed then.
   */
  update(key: string, fn: (old: V | undefined) => V | undefined): V | undefined {
    const wanted = this.#key(key);
    if (typeof fn !== 'function') {
      throw new TypeError(`Cannot update a map as it takes a function: current value is ${String(fn)}`);
    }
    this.#refuseInside(key);
    for (;;) {
      const old = this.#steps.read(wanted);
      const value = this.#run(key, fn, old?.value);
      if (value !== undefined) {
        if (this.#steps.write(wanted, value, old?.id ?? ABSENT)) return value;
      } else if (!old || this.#steps.remove(wanted, old.id)) return undefined;
    }
  }

  #run(key: string, fn: (old: V | undefined) => V | undefined, old: V | undefined): V | undefined {
    this.#updating.add(key);
    try {
      return fn(old);
    } finally {
      this.#updating.delete(key);
    }
  }

  /** An update that sets its own entry would find it changed each time, and never end. */
  #refuseInside(key: string): void {
    if (!this.#updating.has(key)) return;
    throw new TypeError(`Cannot set ${quoted(key)} inside its own update: what the function returns is set`);
  }

  /** Takes all entries out, in one step. */
  clear(): void {
    this.#steps.clear();
  }

  /** How many entries there are. Exact at the moment of reading. */
  get size(): number {
    return this.#steps.entries;
  }

  /** The keys, all as of the moment of this call. */
  keys(): IterableIterator<string> {
    return this.#steps.keys().values();
  }

  /** The values, all as of the moment of this call. Errors as `get`. */
  values(): IterableIterator<V> {
    return each(this.#steps.all(), ({ value }) => value());
  }

  /** The entries, all as of the moment of this call. Errors as `get`. */
  entries(): IterableIterator<[string, V]> {
    return each(this.#steps.all(), ({ key, value }) => [key, value()]);
  }

  /** As `entries()`. */
  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.entries();
  }

  #key(key: string): MapKey {
    if (typeof key === 'string') return this.#steps.key(key);
    throw new TypeError(`Cannot use the key of a map as it must be a string: its type is ${typeof key}`);
  }
}

function* each<V, R>(seen: readonly Seen<V>[], give: (one: Seen<V>) => R): Generator<R, void, void> {
  for (const one of seen) yield give(one);
}

function createMap(options: SharedMapOptions): SharedObject {
  const halfBytes = halfBytesFor(options);
  const { name } = options;
  if (name !== undefined) checkName('map', name);
  const seed = Math.trunc(Math.random() * 2 ** 32);
  const size = { bodyBytes: MAP_BODY_BYTES, dataBytes: 2 * halfBytes };
  return here().objects.create(KIND, size, name ?? '', (object) => MapBody.init(object, seed));
}

function openMap(object: SharedObject): SharedMap {
  opening = object;
  return new SharedMap();
}
