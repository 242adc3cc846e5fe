/**
 * The way in for bytes: one reader is kept and used for message after message. The hooks may decode something
 * themselves, so whoever decodes takes the reader away, and whoever finds none makes one.
 *
 * @module
 */
import { readHeader } from './header.ts';
import type { Incoming } from './linked-objects.ts';
import { Reader } from './reader.ts';

let spare: Reader | undefined;

/**
 * Turns the bytes of one message back into its value.
 *
 * The bytes may come from anybody. They are not evaluated, not aliased by the value, and make us reserve no more memory
 * than a fixed multiple of their length.
 *
 * @throws {@link DuodaoError} `protocol` when they are not exactly one message, or need a hook that is not there.
 * @throws Whatever the hooks throw.
 */
export function decode(bytes: Uint8Array, incoming?: Incoming): unknown {
  const parts = readHeader(bytes);
  // After an error the reader is left to the garbage collector, with whatever it was in the middle of.
  const reader = spare ?? new Reader();
  spare = undefined;
  const value = reader.message(bytes, parts, incoming);
  reader.release();
  spare = reader;
  return value;
}
