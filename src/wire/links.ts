/**
 * What a message points at without carrying it: shared objects and exported functions.
 *
 * The value itself only says "the second handle"; the handles and addresses stand apart, at the end of the message.
 * So whoever moves the bytes can count the handles in flight, or refuse them, without decoding the value.
 *
 * @module
 */
import { malformed } from './format.ts';
import { readHeader } from './decode/header.ts';
import { Source } from './decode/source.ts';
import type { Sink } from './encode/sink.ts';

/** A shared object, as three unsigned 32-bit numbers that mean something to whoever owns the shared memory. */
export interface Handle {
  readonly kind: number;
  readonly offset: number;
  readonly serial: number;
}

/** An exported function, as another process would import it. */
export interface Address {
  /** The module's URL. */
  readonly url: string;
  /** The export path: `add`, `default`, `Pool.helper`. */
  readonly name: string;
  /** A short hash of the function's source, or the empty string when it is not known. */
  readonly hash: string;
}

/** The links of a message. */
export interface Links {
  readonly handles: readonly Handle[];
  readonly addresses: readonly Address[];
}

const NONE: readonly never[] = Object.freeze([]);
const NO_LINKS: Links = Object.freeze({ handles: NONE, addresses: NONE });

/** The links that one message gathers while it is written. A link met twice is written once. */
export class LinkList implements Links {
  readonly handles: Handle[] = [];
  readonly addresses: Address[] = [];
  readonly #indexes: Map<string, number> = new Map();

  indexOfHandle(handle: Handle): number {
    const { kind, offset, serial } = handle;
    return this.#index(`${kind} ${offset} ${serial}`, this.handles, handle);
  }

  indexOfAddress(address: Address): number {
    return this.#index(JSON.stringify([address.url, address.name, address.hash]), this.addresses, address);
  }

  #index<T>(identity: string, list: T[], link: T): number {
    const known = this.#indexes.get(identity);
    if (known !== undefined) return known;
    this.#indexes.set(identity, list.length);
    return list.push(link) - 1;
  }

  write(sink: Sink): void {
    sink.u32(this.handles.length);
    sink.u32(this.addresses.length);
    for (const { kind, offset, serial } of this.handles) {
      sink.u32(kind);
      sink.u32(offset);
      sink.u32(serial);
    }
    for (const { url, name, hash } of this.addresses) {
      sink.string(url);
      sink.string(name);
      sink.string(hash);
    }
  }
}

/**
 * The handles and addresses of an encoded message, in the order in which the value names them.
 *
 * @throws {@link DuodaoError} `protocol` when the header or the links break the format; the value is not looked at.
 */
export function linksOf(bytes: Uint8Array): Links {
  const { links, total } = readHeader(bytes);
  if (links === total) return NO_LINKS;
  const source = new Source(bytes, links, total);
  const handleCount = source.u32();
  const addressCount = source.u32();
  const handles: Handle[] = [];
  for (let index = 0; index < handleCount; index++)
    handles.push({ kind: source.u32(), offset: source.u32(), serial: source.u32() });
  const addresses: Address[] = [];
  for (let index = 0; index < addressCount; index++)
    addresses.push({ url: source.string(), name: source.string(), hash: source.string() });
  if (source.left > 0) throw malformed('something stands behind its links');
  return { handles, addresses };
}
