/**
 * Shared objects and functions that a message names: asked for when the value first comes to them, and only once.
 *
 * @module
 */
import { malformed } from '../format.ts';
import { type Links, linksOf } from '../links.ts';
import type { Incoming } from './reader.ts';
import { itemAt } from './source.ts';

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
