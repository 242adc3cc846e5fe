/**
 * Short texts in shared memory: one byte of length, then UTF-8, cut at a whole character.
 *
 * @module
 */

/** Writes as much of the text as fits. */
export function writeLabel(bytes: Uint8Array, text: string): void {
  const { written } = new TextEncoder().encodeInto(text, bytes.subarray(1));
  bytes[0] = written;
}

/** Reads the text. Whatever the bytes hold, this ends. */
export function readLabel(bytes: Uint8Array): string {
  const length = Math.min(bytes[0] as number, bytes.length - 1);
  // A copy, as a decoder refuses nothing but shared buffers, and these bytes change under us.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.slice(1, 1 + length));
}

/** Whether the whole text fits. */
export function labelFits(text: string, sizeBytes: number): boolean {
  return new TextEncoder().encode(text).length < sizeBytes;
}
