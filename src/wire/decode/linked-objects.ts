/**
 * Shared objects and functions that a message names: asked for when the value first comes to them, and only once.
 *
 * @module
 */
import { malformed } from '../format.ts';
import { type Address, type Handle, type Links, linksOf } from '../links.ts';
import { itemAt } from './source.ts';

/** What decoding asks of the rooms above. Without a hook, a message that needs it is refused. */
export interface Incoming {
  /** The shared object behind a handle. Asked once for each handle of a message. */
  open?(handle: Handle): object;
  /** The function at an address. Asked once for each address of a message. */
  resolve?(address: Address): unknown;
}

export class LinkedObjects {
  readonly #incoming: Incoming;
  readonly #links: Links;
  readonly #opened: object[] = [];
  readonly #resolved: { readonly fn: unknown }[] = [];

  constructor(bytes: Uint8Array, incoming: Incoming) {
    this.#incoming = incoming;
    this.#links = linksOf(bytes);
  }

  open(index: number): object {
    const handle = itemAt(this.#links.handles, index, 'handle');
    if (this.#incoming.open === undefined)
      throw malformed('it has a shared object, and only data is taken here');
    return (this.#opened[index] ??= this.#incoming.open(handle));
  }

  resolve(index: number): unknown {
    const address = itemAt(this.#links.addresses, index, 'address');
    if (this.#incoming.resolve === undefined)
      throw malformed('it has a function, and only data is taken here');
    return (this.#resolved[index] ??= { fn: this.#incoming.resolve(address) }).fn;
  }
}
