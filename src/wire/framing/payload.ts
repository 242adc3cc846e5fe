/**
 * What users send: bytes, or text, which goes as UTF-8. And how a frame is made of it: a head, then the bytes.
 *
 * @module
 */

export type Payload = Uint8Array | string;

/**
 * Frames up to this are copied into one piece, as a piece of its own costs more than copying. Larger bytes stay where
 * they are: then the last piece is the caller's own memory.
 */
export const COPIED_BYTES_MAX = 4096;

/** Bytes that a payload takes. */
export function sizeOf(payload: Payload): number {
  if (typeof payload === 'string') {
    wellFormed(payload);
    return Buffer.byteLength(payload);
  }
  if (payload instanceof Uint8Array) return payload.length;
  throw new TypeError(
    `Cannot send the message as it must be a Uint8Array or a string: current value is ${shown(payload)}`,
  );
}

/** The pieces of a frame of this payload, whose size is known; the head is to be written where the first one begins. */
export function framed(headBytes: number, payload: Payload, size: number): [Buffer] | [Buffer, Uint8Array] {
  if (typeof payload === 'string') {
    const frame = Buffer.allocUnsafe(headBytes + size);
    frame.write(payload, headBytes);
    return [frame];
  }
  if (size > COPIED_BYTES_MAX) return [Buffer.allocUnsafe(headBytes), payload];
  const frame = Buffer.allocUnsafe(headBytes + size);
  frame.set(payload, headBytes);
  return [frame];
}

/** Refuses text that UTF-8 cannot carry: half a surrogate pair would arrive as U+FFFD. */
export function wellFormed(text: string): void {
  // In Node since 20, in the library of es2024 for the compiler.
  if ((text as string & { isWellFormed(): boolean }).isWellFormed()) return;
  throw new RangeError(
    'Cannot send the text as it holds half a surrogate pair, which UTF-8 has no bytes for: ' +
      `current value is ${shown(text)}`,
  );
}

/** A value for a sentence about it, not too long, and without control characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return `of class ${value.constructor?.name ?? 'none'}`;
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value);
}
