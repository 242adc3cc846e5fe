/**
 * What is received, from one connection after the other.
 *
 *     links    [lost, with messages that arrived whole] [the present one]
 *                 └─ receive() takes from the first one until it has no more
 *
 * A connection that ended may have messages that nobody has received yet: those come before what the next one brings.
 * They are held as bytes; when nobody receives, only the last {@link LEFT_BYTES} of them.
 *
 * @module
 */
import { deadlineOf, type Wait } from '../../base/index.ts';
import { isEnding, type Link } from './link.ts';
import { tooLate } from './outbox.ts';
import { rest } from '../connection/limited.ts';
import { WaitingLine } from './waiting-line.ts';

/** What lost connections may hold together. */
export const LEFT_BYTES: number = 1024 * 1024;

/** What it tells, and asks. */
export interface InboxEars<In, Out extends readonly unknown[]> {
  changed(): void;
  /** What came over it can be read no further. */
  over(link: Link<In, Out>): void;
  readonly failure: unknown;
}

type AnyWait = Wait & { readonly body?: 'stream' };

interface Item {
  readonly wait: AnyWait | undefined;
  readonly deadline: number;
}

export class Inbox<In, Out extends readonly unknown[]> {
  readonly #ears: InboxEars<In, Out>;
  readonly #line: WaitingLine<Item, unknown>;
  #links: Link<In, Out>[] = [];
  #tickets = 0;
  /** Why nothing more comes. */
  #end: unknown;

  constructor(ears: InboxEars<In, Out>) {
    this.#ears = ears;
    this.#line = new WaitingLine(() => ears.changed());
  }

  /** Who waits for a connection. */
  get length(): number {
    return this.#line.length;
  }

  receive(wait: AnyWait | undefined): Promise<unknown> {
    let deadline: number;
    try {
      deadline = deadlineOf(wait);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#receive({ wait, deadline }, this.#tickets++);
  }

  #receive(item: Item, ticket: number): Promise<unknown> {
    const [first] = this.#links;
    if (first) return this.#from(first, item, ticket);
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const { wait, deadline } = item;
    const late = (): Error => tooLate('A message', wait, this.#ears.failure);
    return this.#line.wait(item, ticket, rest(wait, deadline), late);
  }

  #from(link: Link<In, Out>, item: Item, ticket: number): Promise<unknown> {
    const wait = rest(item.wait, item.deadline);
    return link.connection.receive(wait).catch((error: unknown) => {
      const { end } = link.channel.incoming;
      if (!end || !isEnding(end, error)) throw error; // its own: out of time, or called off
      this.#links = this.#links.filter((one) => one !== link);
      this.#ears.over(link);
      // What was no message is told, once. That a connection is over is our business.
      if (end.code === 'protocol' || end.code === 'over-limit') {
        link.connection.close();
        throw error;
      }
      return this.#receive(item, ticket);
    });
  }

  /** There is a connection again. */
  open(link: Link<In, Out>): void {
    this.#links.push(link);
    for (let one = this.#line.shift(); one; one = this.#line.shift())
      one.resolve(this.#from(this.#links[0]!, one.item, one.order));
  }

  /** A connection is lost. What arrived before that can still be received. */
  lost(link: Link<In, Out>): void {
    if (link.channel.heldBytes === 0) this.#links = this.#links.filter((one) => one !== link);
    let bytes = this.#links.reduce((sum, { channel }) => sum + channel.heldBytes, 0);
    while (bytes > LEFT_BYTES && this.#links.length > 1) {
      const oldest = this.#links.shift()!;
      bytes -= oldest.channel.heldBytes;
      oldest.connection.close();
    }
  }

  /** No more connections come; what has arrived can be received. */
  finish(why: unknown): void {
    this.#end ??= why;
    this.#line.rejectAll(this.#end);
  }

  /** Nothing can be received any more. */
  close(why: unknown): void {
    this.finish(why);
    for (const { connection } of this.#links.splice(0)) connection.close();
  }
}
