/**
 * Going through the messages of a connection. By hand, as a generator has each message wait for two more turns.
 *
 * @module
 */
import type { Channel } from './channel.ts';
import type { Source } from './source.ts';

type Next<In> = IteratorResult<In, void>;

const OVER: IteratorReturnResult<void> = Object.freeze({ done: true, value: undefined });

export class Messages<In> implements AsyncGenerator<In, void, void>, Source<Next<In>> {
  readonly #channel: Channel<In>;
  #isOver = false;

  constructor(channel: Channel<In>) {
    this.#channel = channel;
  }

  next(): Promise<Next<In>> {
    if (this.#isOver) return Promise.resolve(OVER);
    return this.#channel.incoming.wait(this, undefined, OVER);
  }

  take(): Next<In> | undefined {
    const value = this.#channel.incoming.take();
    return value === undefined ? undefined : { done: false, value };
  }

  return(): Promise<Next<In>> {
    this.#isOver = true;
    return Promise.resolve(OVER);
  }

  throw(error: unknown): Promise<Next<In>> {
    this.#isOver = true;
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
