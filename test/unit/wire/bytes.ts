/**
 * Messages made by hand, byte for byte.
 */

/** A message with this body, whose header is in order. */
export function message(
  body: readonly number[],
  after: readonly number[] = [],
  links: readonly number[] = [],
): Uint8Array {
  const bytes = Uint8Array.from([
    0xd7,
    1,
    0,
    0,
    ...new Array<number>(12).fill(0),
    ...body,
    ...after,
    ...links,
  ]);
  const header = new DataView(bytes.buffer);
  header.setUint32(4, 16 + body.length, true);
  header.setUint32(8, 16 + body.length + after.length, true);
  header.setUint32(12, bytes.length, true);
  return bytes;
}

/** Makes the header agree with the length again, so that what is wrong inside is met. */
export function repaired(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 17) return bytes;
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const links = Math.min(header.getUint32(8, true), bytes.length);
  header.setUint32(4, Math.max(17, Math.min(header.getUint32(4, true), links)), true);
  header.setUint32(8, Math.max(links, header.getUint32(4, true)), true);
  header.setUint32(12, bytes.length, true);
  return bytes;
}
