/**
 * The bytes behind views, gathered while a message is written and put at its end.
 *
 * Two views on one buffer are two views on one buffer on the other side, and a buffer that is itself part of the value
 * arrives whole. But structured clone copies all of a buffer for the smallest view on it, which moves megabytes for a
 * slice, and lays open what else lies there. So here:
 *
 * - the buffer is itself in the value, or several views share it: it crosses whole, and offsets hold;
 * - a single view: it crosses alone, on a buffer of just its length;
 * - only Node Buffers, which share Node's pool by accident: the range from the first to the last of them.
 *
 * A resizable buffer arrives with the length it has now, no longer resizable.
 *
 * @module
 */
import { types } from 'node:util';
import { VIEW, VIEW_CLASSES } from '../format.ts';
import { Refusal } from './refusal.ts';
import type { Sink } from './sink.ts';

interface Carried {
  readonly buffer: ArrayBuffer;
  start: number;
  end: number;
  pooled: boolean;
}

const CLASS_INDEX: ReadonlyMap<string, number> = new Map(VIEW_CLASSES.map((name, index) => [name, index]));
// Asked of the engine, since a subclass may say of itself what it likes.
const classOf: (this: unknown) => string | undefined = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get as (this: unknown) => string | undefined;

export class BufferList {
  readonly #carried: Carried[] = [];
  readonly #indexes: Map<ArrayBuffer, number> = new Map();

  /** The index of a buffer that is itself in the value. */
  indexOfWhole(buffer: ArrayBuffer): number {
    return this.#index(buffer, 0, buffer.byteLength, false);
  }

  /** Writes a view: what it is, and which part of which buffer it shows. */
  writeView(sink: Sink, view: ArrayBufferView, pooled: boolean): void {
    const { buffer, byteOffset, byteLength } = view;
    if (types.isSharedArrayBuffer(buffer))
      throw new Refusal('a view on a SharedArrayBuffer; use a SharedArray');
    const name = classOf.call(view) ?? 'DataView';
    const index = CLASS_INDEX.get(name);
    if (index === undefined) throw new Refusal(`of a kind that this version does not know (${name})`);
    sink.u8(VIEW);
    sink.u8(index);
    sink.size(this.#index(buffer, byteOffset, byteOffset + byteLength, pooled));
    sink.size(byteOffset);
    sink.size((view as Uint8Array).length ?? byteLength);
  }

  #index(buffer: ArrayBuffer, start: number, end: number, pooled: boolean): number {
    const known = this.#indexes.get(buffer);
    if (known === undefined) {
      if (isDetached(buffer)) throw new Refusal('a buffer, or a view on one, that was transferred away');
      this.#indexes.set(buffer, this.#carried.length);
      return this.#carried.push({ buffer, start, end, pooled }) - 1;
    }
    const carried = this.#carried[known]!;
    carried.pooled &&= pooled;
    carried.start = carried.pooled ? Math.min(carried.start, start) : 0;
    carried.end = carried.pooled ? Math.max(carried.end, end) : buffer.byteLength;
    return known;
  }

  write(sink: Sink): void {
    sink.size(this.#carried.length);
    for (const { buffer, start, end } of this.#carried) {
      sink.size(start);
      sink.size(end - start);
      sink.raw(new Uint8Array(buffer, start, end - start));
    }
  }
}

/** Node 20 has no `detached`; only a detached buffer refuses a view. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true;
  }
}
