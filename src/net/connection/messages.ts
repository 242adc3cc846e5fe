/**
 * Going through the messages of a connection. By hand, as a generator has each message wait for two more turns.
 *
 * @module
 */
import type { Incoming } from './incoming.ts';

type Next<In> = IteratorResult<In, void>;

export class Messages<In> implements AsyncGenerator<In, void, void> {
  readonly #incoming: Incoming<In>;
  readonly #take: () => Next<In> | undefined;
  readonly #over: Next<In> = { done: true, value: undefined };
  readonly #skipping: () => Promise<void> | undefined;
  #isOver = false;

  /** @param skipping - Throws away what is left of the message before; undefined if nothing is. */
  constructor(incoming: Incoming<In>, skipping: () => Promise<void> | undefined) {
    this.#incoming = incoming;
    this.#skipping = skipping;
    this.#take = () => {
      const value = incoming.takeNext();
      return value === undefined ? undefined : { done: false, value };
    };
  }

  next(): Promise<Next<In>> {
    if (this.#isOver) return Promise.resolve(this.#over);
    const skipping = this.#skipping();
    if (skipping) return skipping.then(() => this.next());
    return this.#incoming.wait(this.#take, undefined, this.#over);
  }

  return(): Promise<Next<In>> {
    this.#isOver = true;
    return Promise.resolve(this.#over);
  }

  throw(error: unknown): Promise<Next<In>> {
    this.#isOver = true;
    return Promise.reject(error as Error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
