/**
 * The header, looked at once. Later changes to shared bytes cannot move the parts that were found here.
 *
 * @module
 */
import { HEADER, MAGIC, malformed, VERSION } from '../format.ts';

/** Where the parts of a message begin, in their order; they lie within its bytes. */
export interface Parts {
  readonly buffers: number;
  readonly links: number;
  readonly total: number;
}

/** Refuses bytes that are not one whole message of ours. */
export function readHeader(bytes: Uint8Array): Parts {
  if (bytes.length < HEADER.sizeBytes) throw malformed(`${bytes.length} bytes are less than a header`);
  if (bytes[HEADER.magic] !== MAGIC) throw malformed('it does not begin as our messages do');
  const version = bytes[HEADER.version];
  if (version !== VERSION) throw malformed(`its version is ${version}, and ours is ${VERSION}`);
  if (bytes[HEADER.flags] !== 0 || bytes[HEADER.flags + 1] !== 0)
    throw malformed('it has flags we do not know');
  const total = u32At(bytes, HEADER.total);
  if (total !== bytes.length) throw malformed(`it says it has ${total} bytes, and has ${bytes.length}`);
  const links = u32At(bytes, HEADER.links);
  const buffers = u32At(bytes, HEADER.buffers);
  if (!(HEADER.sizeBytes < buffers && buffers <= links && links <= total))
    throw malformed('its parts do not follow one another');
  return { buffers, links, total };
}

function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
