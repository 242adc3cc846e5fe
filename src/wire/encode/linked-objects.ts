/**
 * Shared objects and functions in a value: they cross as links, and the rooms above know which and how.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { type Address, type Handle, LinkList } from '../links.ts';
import { Refusal } from './refusal.ts';

type Fn = (...args: never[]) => unknown;

/** What encoding asks of the rooms above: which objects are shared, and where a function can be imported from. */
export interface Outgoing {
  /**
   * The handle of a shared object, or `undefined` for an object to be copied. Asked about every object that is not
   * plain: neither an object literal, nor an array, nor without a prototype.
   */
  handleOf?(value: object): Handle | undefined;
  /** @throws {@link DuodaoError} `not-exported` when nobody could import it. */
  addressOf?(fn: (...args: never[]) => unknown): Address;
}

export class LinkedObjects {
  readonly #outgoing: Outgoing;
  #links: LinkList | undefined;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  /** What has been found so far; `undefined` when it is nothing. */
  get links(): LinkList | undefined {
    return this.#links;
  }

  /** The index of an object's handle, or -1 when the object is not shared. */
  indexOfHandle(value: object): number {
    const handle = this.#outgoing.handleOf?.(value);
    if (handle === undefined) return -1;
    this.#links ??= new LinkList();
    return this.#links.indexOfHandle(handle);
  }

  indexOfAddress(fn: Fn): number {
    if (this.#outgoing.addressOf === undefined) throw noFunctions();
    let address: Address;
    try {
      address = this.#outgoing.addressOf(fn);
    } catch (error) {
      if (!(error instanceof DuodaoError && error.code === 'not-exported')) throw error;
      throw new Refusal(`a closure, or a function that nobody could import: ${error.message}`, error);
    }
    this.#links ??= new LinkList();
    return this.#links.indexOfAddress(address);
  }
}

/** Functions are refused where nobody can say how to import them. */
export function noFunctions(): Refusal {
  return new Refusal('a function, and only data is sent here');
}
