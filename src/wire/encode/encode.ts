/**
 * The way in for values that leave: one writer is kept and used for message after message.
 *
 * Encoding runs code of the caller's (getters, `handleOf`, `addressOf`), and that code may encode something itself. So
 * whoever encodes takes the writer away, and whoever finds none makes one.
 *
 * @module
 */
import type { Address, Handle } from '../links.ts';
import type { Outgoing } from './linked-objects.ts';
import { Refusal } from './refusal.ts';
import { Writer } from './writer.ts';

/** A value as bytes. */
export interface Encoded {
  /**
   * The message. A view on memory that the next `encode()` of this thread uses again: copy it, or send it, before that.
   * Its `byteOffset` is a multiple of 8.
   */
  readonly bytes: Uint8Array;
  /** The shared objects in the value, each once, in the order in which the value names them. */
  readonly handles: readonly Handle[];
  /** The functions in the value, each once. */
  readonly addresses: readonly Address[];
}

const NONE: readonly never[] = Object.freeze([]);
let spare: Writer | undefined;

/**
 * Turns a value into bytes, as faithful as structured clone; shared objects and exported functions as links.
 *
 * Where it differs from structured clone: errors keep their class's name and their fields; functions and shared objects
 * can cross; a view takes along only what it shows, as long as it is alone on its buffer; resizable buffers
 * become fixed; and depth is not limited.
 *
 * If it throws, nothing has happened, except for what the value's own getters did.
 *
 * @param root - what paths in errors begin with: `args`, `item`.
 * @throws {@link DuodaoError} `not-cloneable` with the fact `path` when something in the value cannot cross.
 * @throws {@link DuodaoError} `over-limit` when the message is larger than 2 GiB or than memory allows.
 */
export function encode(value: unknown, outgoing?: Outgoing, root: string = 'value'): Encoded {
  const writer = spare ?? new Writer();
  spare = undefined;
  try {
    writer.message(value, outgoing);
  } catch (error) {
    // The writer is left to the garbage collector, with whatever it was in the middle of.
    throw error instanceof Refusal ? error.toError(root) : error;
  }
  const { links, sink } = writer;
  const bytes = sink.written();
  writer.release();
  spare = writer;
  return { bytes, handles: links?.handles ?? NONE, addresses: links?.addresses ?? NONE };
}
