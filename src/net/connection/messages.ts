/**
 * Going through the messages of a connection. By hand, as a generator has each message wait for two more turns.
 *
 * @module
 */
import { DuodaoError, type Wait } from '../../base/index.ts';

interface Receiver<In> {
  receive(wait?: Wait): Promise<In>;
}

export class Messages<In> implements AsyncGenerator<In, void, void> {
  readonly #receiver: Receiver<In>;
  #isOver = false;

  constructor(receiver: Receiver<In>) {
    this.#receiver = receiver;
  }

  next(): Promise<IteratorResult<In, void>> {
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return this.#receiver.receive().then(
      (value) => ({ done: false, value }),
      (error: unknown) => {
        this.#isOver = true;
        if (error instanceof DuodaoError && error.code === 'closed') return { done: true, value: undefined };
        throw error;
      },
    );
  }

  return(): Promise<IteratorResult<In, void>> {
    this.#isOver = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<In, void>> {
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
