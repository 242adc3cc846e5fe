/**
 * The steps of a map for one thread: each inside the guard, each either done or not.
 *
 * Values are packed and unpacked outside the guard; inside it bytes are copied. What a value refers to is
 * counted before its entry is there, and counted off after it is gone. A reader opens it from his copy of the
 * bytes; by then it may have gone together with its entry, so whoever finds it gone looks again.
 *
 * All of it is synchronous. So whatever a value refers to is held by this thread from when it is packed until
 * its entry is there: nothing that was dropped is let go before the event loop turns.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { type Here, here, type SharedObject } from '../memory/index.ts';
import { handlesIn, handlesSent, handlesTaken, pack, unpack } from './crossing.ts';
import { ABSENT, MapBody, type Outcome } from './map-body.ts';
import type { MapHalf } from './map-half.ts';
import { type MapKey, mapKey } from './map-key.ts';
import { recordBytes } from './map-record.ts';

/** An entry with its value. */
export interface Found<V> {
  readonly id: number;
  readonly value: V;
}

/** An entry of a look at all of them; its value is unpacked when it is asked for. */
export interface Seen<V> {
  readonly key: string;
  readonly value: () => V;
}

export class MapSteps<V> {
  readonly body: MapBody;
  readonly #object: SharedObject;
  readonly #here: Here;
  readonly #seed: number;

  constructor(object: SharedObject) {
    this.#object = object;
    this.#here = here();
    this.body = new MapBody(object);
    this.#seed = this.body.seed;
  }

  /** How a string is looked for in this map. */
  key(text: string): MapKey {
    return mapKey(text, this.#seed);
  }

  get entries(): number {
    return this.#inside(() => this.body.entries);
  }

  has(key: MapKey): boolean {
    return this.#idOf(key) !== ABSENT;
  }

  #idOf(key: MapKey): number {
    return this.#inside(() => this.body.idOf(key));
  }

  read(key: MapKey): Found<V> | undefined {
    for (;;) {
      const entry = this.#inside(() => this.body.get(key));
      if (!entry) return undefined;
      const opened = this.#open(key, entry.id, entry.value);
      if (opened) return { id: entry.id, value: opened.value };
    }
  }

  /**
   * The value of an entry, from a copy of its bytes; undefined if that refers to what went together with the
   * entry.
   */
  #open(key: MapKey, id: number, bytes: Uint8Array): { readonly value: V } | undefined {
    try {
      return { value: unpack(bytes) as V };
    } catch (error) {
      if (!(error instanceof DuodaoError)) throw error;
      if (error.code === 'closed' && this.#idOf(key) !== id) return undefined;
      throw error.code === 'unsupported' ? unreadable(key, error) : error;
    }
  }

  /** Sets an entry; if `expected` is given, only if that is the id of the entry there is, and says whether it was. */
  write(key: MapKey, value: V, expected?: number): boolean {
    const { bytes, handles, addresses } = pack(value, 'value');
    const sizeBytes = recordBytes(key, bytes.length);
    if (!this.body.canHold(sizeBytes)) throw tooLarge(sizeBytes, this.body.halfBytes);
    const hasLinks = handles.length + addresses.length > 0;
    handlesSent(handles);
    let outcome: Outcome;
    try {
      outcome = this.#inside(() => this.body.put(key, bytes, hasLinks, expected));
    } catch (error) {
      // The stack may have ended before the commit or after it. So they stay counted, and are counted anew in the end.
      for (const handle of handles) this.#here.objects.handleLost(handle);
      throw error;
    }
    if (outcome.how !== 'done') handlesTaken(handles);
    if (outcome.how === 'full') throw this.#full(sizeBytes);
    return settle(outcome);
  }

  /** Takes an entry out; if `expected` is given, only if that is its id. Says whether it did. */
  remove(key: MapKey, expected?: number): boolean {
    return settle(this.#inside(() => this.body.remove(key, expected)));
  }

  clear(): void {
    for (const bytes of this.#inside(() => this.body.clear())) handlesTaken(handlesIn(bytes));
  }

  /** The keys, all of one moment, in the order in which they came in. */
  keys(): string[] {
    const half = this.#copy();
    return inOrder(half).map((position) => half.records.key(position));
  }

  /** The entries, all of one moment, in the order in which their keys came in. */
  all(): Seen<V>[] {
    for (;;) {
      const half = this.#copy();
      const seen: Seen<V>[] = [];
      for (const position of inOrder(half)) {
        const one = this.#see(half, position);
        if (!one) break;
        seen.push(one);
      }
      if (seen.length === half.entries) return seen;
    }
  }

  /** An entry of a copy. Whatever its value refers to is opened now; undefined if that is too late. */
  #see(half: MapHalf, position: number): Seen<V> | undefined {
    const key = half.records.key(position);
    if (!half.records.hasLinks(position))
      return { key, value: () => unpack(half.records.value(position)) as V };
    const opened = this.#open(this.key(key), half.records.id(position), half.records.value(position));
    return opened && { key, value: () => opened.value };
  }

  #copy(): MapHalf {
    return this.#inside(() => this.body.copy());
  }

  #full(sizeBytes: number): DuodaoError {
    const usedBytes = this.#inside(() => this.body.liveBytes);
    const limitBytes = this.body.halfBytes;
    return new DuodaoError(
      'no-space',
      `Cannot find ${sizeBytes} bytes in this map: ${usedBytes} of ${limitBytes} are in use. ` +
        'Delete entries, or make it with more bytes',
      { sizeBytes, usedBytes, limitBytes },
    );
  }

  /** Runs a step inside the guard. */
  #inside<R>(step: () => R): R {
    const { guard } = this.#object;
    const died = guard.take();
    let clean = false;
    try {
      if (died) this.#here.objects.repair(this.#object);
      const result = step();
      clean = true;
      return result;
    } finally {
      guard.give(clean);
    }
  }
}

/** Counts off what a value referred to that is gone. */
function settle(outcome: Outcome | undefined): boolean {
  if (outcome?.dropped) handlesTaken(handlesIn(outcome.dropped));
  return outcome?.how === 'done';
}

function inOrder(half: MapHalf): number[] {
  return [...half.positions()].sort((a, b) => half.records.birth(a) - half.records.birth(b));
}

function tooLarge(sizeBytes: number, limitBytes: number): DuodaoError {
  return new DuodaoError(
    'over-limit',
    `Cannot set an entry of ${sizeBytes} bytes, as the whole map holds ${limitBytes}: make it with more bytes`,
    { sizeBytes, limitBytes },
  );
}

function unreadable({ text }: MapKey, { facts, ...cause }: DuodaoError): DuodaoError {
  return new DuodaoError(
    'unsupported',
    `Cannot read ${quoted(text)} of this map, as its value holds the function ${facts['name']} of ${facts['url']}, ` +
      'which has not arrived in this thread yet: let it arrive as an argument or through a queue first',
    facts,
    { cause },
  );
}

/** A key as it is shown in errors. */
export function quoted(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}
