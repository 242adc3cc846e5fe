/**
 * What is to be sent, over one connection or the next.
 *
 *     send() ──▶ line ──one at a time──▶ link
 *
 * A message leaves the line when the link takes it at once; from then on it is that connection's, and lost with it.
 * What is in the line has not left this process, and waits for the next connection.
 *
 * @module
 */
import { deadlineOf, DuodaoError, timedOut, type Wait } from '../../base/index.ts';
import type { Framing } from '../../wire/index.ts';
import { DictMessage } from '../../wire/index.ts';
import { letterOf, type Letter, type Link } from './link.ts';
import type { ReconnectPlan, WaitingLimits } from './reconnect-options.ts';
import { rest } from '../connection/limited.ts';
import { WaitingLine } from './waiting-line.ts';

interface Item {
  readonly letter: Letter;
  readonly wait: Wait | undefined;
  readonly deadline: number;
}

/** What it is told, and asks. */
export interface OutboxEars {
  changed(): void;
  /** Why there is no connection. */
  readonly failure: unknown;
}

export class Outbox<In, Out extends readonly unknown[]> {
  readonly #plan: ReconnectPlan<In, Out>;
  readonly #ears: OutboxEars;
  readonly #line: WaitingLine<Item, void>;
  #link: Link<In, Out> | undefined;
  #bytes = 0;
  #order = 0;
  /** Why nothing more is taken. */
  #end: unknown;

  constructor(plan: ReconnectPlan<In, Out>, ears: OutboxEars) {
    this.#plan = plan;
    this.#ears = ears;
    this.#line = new WaitingLine(() => ears.changed());
  }

  /** Messages that wait. */
  get length(): number {
    return this.#line.length;
  }

  /** Goes on with this connection; with none, when undefined. */
  use(link: Link<In, Out> | undefined): void {
    this.#link = link;
    this.flush();
  }

  send(args: readonly unknown[]): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const { framing, limits } = this.#plan;
    try {
      const [message, wait] = split(framing, args);
      const deadline = deadlineOf(wait);
      if (wait?.signal?.aborted) throw wait.signal.reason;
      const letter = letterOf(framing, limits, message);
      if (this.#link?.isReady && this.#line.length === 0) return this.#link.give(letter, wait);
      if (!this.#link) makeRoom(this.#plan, this.#line.length, this.#bytes + letter.bytes);
      this.#bytes += letter.bytes;
      const left = (): void => void (this.#bytes -= letter.bytes);
      const late = (): Error => tooLate('Sending a message', wait, this.#ears.failure);
      const item = { letter, wait, deadline };
      return this.#line.wait(item, this.#order++, wait, late, left);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Gives the connection what it takes. */
  flush(): void {
    while (this.#link?.isReady) {
      const first = this.#line.shift();
      if (!first) return;
      const { letter, wait, deadline } = first.item;
      this.#bytes -= letter.bytes;
      // A wait of no time has been tried; it was asked for when there was room, or is not here.
      first.resolve(this.#link.give(letter, rest(wait, deadline)));
    }
  }

  /** Takes nothing more. What waits still goes. */
  refuse(why: unknown): void {
    this.#end ??= why;
  }

  /** Takes nothing more, and gives up what waits. */
  close(why: unknown): void {
    this.refuse(why);
    this.#link = undefined;
    this.#bytes = 0;
    this.#line.rejectAll(why);
  }
}

/** A message and its wait, of what was given to `send()`. */
function split<Out extends readonly unknown[]>(
  framing: Framing<unknown, Out>,
  args: readonly unknown[],
): [message: readonly unknown[], wait: Wait | undefined] {
  const [first, second, third] = args;
  if (framing.spec?.kind !== 'dict-header') return [[first], second as Wait | undefined];
  if (first instanceof DictMessage) return [[first], (third ?? second) as Wait | undefined];
  return [[first, second], third as Wait | undefined];
}

/** @throws DuodaoError `over-limit` when no more may wait */
export function makeRoom(
  { maxWaiting, maxWaitingBytes }: WaitingLimits,
  waiting: number,
  bytes: number,
): void {
  if (waiting >= maxWaiting)
    throw new DuodaoError(
      'over-limit',
      `Cannot wait for a connection as ${waiting} do, and maxWaiting is ${maxWaiting}`,
      { limit: maxWaiting },
    );
  if (bytes > maxWaitingBytes)
    throw new DuodaoError(
      'over-limit',
      `Cannot wait for a connection as that would make ${bytes} bytes, and maxWaitingBytes is ${maxWaitingBytes}`,
      { limit: maxWaitingBytes, bytes },
    );
}

/** Out of time, and why there is no connection. */
export function tooLate(what: string, wait: Wait | undefined, cause: unknown): DuodaoError {
  const error = timedOut(what, wait);
  if (!(cause instanceof Error)) return error;
  return new DuodaoError('timed-out', `${error.message}: ${cause.message}`, error.facts, { cause });
}
