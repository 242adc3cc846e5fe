/**
 * The keys of a map: any string, told apart exactly, lone surrogates and the empty one included.
 *
 * A key without characters above U+00FF takes one byte for each, any other two; so there is one way to write a
 * string, and comparing bytes compares strings. Looking up writes nothing: a key is hashed and compared as the
 * string it is.
 *
 * The hash begins with a number that each map draws for itself: keys that somebody chose beforehand, to fall
 * into one chain, do not.
 *
 * Source: the FNV-1a hash, and the last steps of MurmurHash3, which spread it over all bits.
 *
 * @module
 */

/** A string as a map looks for it. */
export interface MapKey {
  readonly text: string;
  readonly hash: number;
  /** How many bytes it takes, times two, plus one if it takes two for each character. */
  readonly shape: number;
}

/** Up to here a loop over the characters is faster than a call out of JavaScript. */
const LOOPED_BYTES = 64;

export function mapKey(text: string, seed: number): MapKey {
  let hash = seed | 0;
  let all = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    all |= code;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return { text, hash, shape: all > 0xff ? text.length * 4 + 1 : text.length * 2 };
}

export function keyBytes(shape: number): number {
  return shape >>> 1;
}

function isWide(shape: number): boolean {
  return (shape & 1) !== 0;
}

export function writeKey({ text, shape }: MapKey, bytes: Uint8Array, offset: number): void {
  if (keyBytes(shape) > LOOPED_BYTES) {
    bufferOf(bytes, offset, shape).write(text, isWide(shape) ? 'utf16le' : 'latin1');
  } else if (isWide(shape)) {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      bytes[offset + index * 2] = code;
      bytes[offset + index * 2 + 1] = code >> 8;
    }
  } else {
    for (let index = 0; index < text.length; index++) bytes[offset + index] = text.charCodeAt(index);
  }
}

/** Whether the bytes are those of the key. Their shape must be the key's. */
export function isKey({ text, shape }: MapKey, bytes: Uint8Array, offset: number): boolean {
  if (keyBytes(shape) > LOOPED_BYTES) return readKey(bytes, offset, shape) === text;
  for (let index = 0; index < text.length; index++) {
    const code = isWide(shape)
      ? (bytes[offset + index * 2] as number) | ((bytes[offset + index * 2 + 1] as number) << 8)
      : bytes[offset + index];
    if (code !== text.charCodeAt(index)) return false;
  }
  return true;
}

export function readKey(bytes: Uint8Array, offset: number, shape: number): string {
  return bufferOf(bytes, offset, shape).toString(isWide(shape) ? 'utf16le' : 'latin1');
}

function bufferOf(bytes: Uint8Array, offset: number, shape: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, keyBytes(shape));
}
