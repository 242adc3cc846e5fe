/**
 * Asks, and gets answers: several requests at once over one connection, answered in any order.
 *
 *     request() ──▶ line ──▶ flight ──▶ answer           line     no connection, or too many in flight
 *                    │          │                        flight   given to the connection, by id
 *                    └──────────┴──▶ out of time, aborted, or the connection is lost
 *
 * A request leaves the line when the connection takes it at once. One that is in flight when its connection is lost may
 * have been carried out: it is never sent again, and rejects. Those in the line go on with the next connection.
 *
 * One reader takes all that comes. What belongs to no request in flight is thrown away and counted: the answer to one
 * that was given up, or what nobody asked for. So a late answer never is taken for another one, as no id is used twice.
 *
 * @module
 */
import { deadlineOf, DuodaoError, type Wait } from '../../base/index.ts';
import { type DictArguments, type DictHeader, dictHeader, type DictMessage } from '../../wire/index.ts';
import { Dialer } from '../client/dialer.ts';
import { letterOf, type Letter, Link } from '../client/link.ts';
import { makeRoom, tooLate } from '../client/outbox.ts';
import type { ReconnectState } from '../client/reconnect-options.ts';
import { limit } from '../connection/limited.ts';
import type { Body } from '../connection/body-source.ts';
import { IS_CLOSED } from '../connection/ending.ts';
import { checkHeader, ERROR, ID, REPLY_TO } from './fields.ts';
import { remoteError } from './remote-error.ts';
import type { DictConnection, RequesterPlan } from './requester-options.ts';

type DictLink = Link<DictMessage, DictArguments>;

interface Call {
  readonly id: number;
  readonly letter: Letter;
  readonly resolve: (answer: DictMessage) => void;
  readonly reject: (reason: unknown) => void;
  settled: (() => void) | undefined;
}

const FRAMING = dictHeader();

/**
 * Makes requests. See `requester()`.
 *
 * - **At once:** `maxInFlight` requests; more wait, first come first served. Answers come in any order.
 * - **At most once:** a request is sent once. When its connection is lost before the answer, it rejects with `broken`
 *   (`closed`, when the other side has ended properly), and whether it was carried out is not known.
 * - **Giving up:** a request that is out of time or aborted leaves the others alone. The other side is not told; its
 *   answer is thrown away, and counted in `lateAnswers`.
 * - **A body that is a stream** and fails on its way ends the connection, as a message cannot be taken back.
 */
export class Requester implements Disposable {
  readonly #plan: RequesterPlan;
  readonly #dialer: Dialer<DictMessage, DictArguments> | undefined;
  readonly #line: Set<Call> = new Set();
  /** Goes through the line once, as each that it comes to leaves: to begin anew would step over all that have left. */
  #turns: Iterator<Call, unknown> = this.#line.values();
  readonly #flight: Map<number, Call> = new Map();
  readonly #closed: Promise<void>;
  #onClosed!: () => void;
  #link: DictLink | undefined;
  #lineBytes = 0;
  #lastId = 0;
  #late = 0;
  #stray = 0;
  /** Why no more requests are taken. */
  #end: unknown;

  /** For `requester()`. */
  constructor(plan: RequesterPlan) {
    this.#plan = plan;
    this.#closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    if ('connection' in plan.to) this.#use(plan.to.connection);
    else
      this.#dialer = new Dialer(plan.to, {
        connected: (connection) => this.#use(connection),
        gaveUp: (why) => this.#finish(why),
      });
  }

  /** Requests that were sent, and are not answered. */
  get inFlight(): number {
    return this.#flight.size;
  }

  /** Requests that wait to be sent. */
  get waiting(): number {
    return this.#line.size;
  }

  /** Answers to requests that were given up, or answered before. */
  get lateAnswers(): number {
    return this.#late;
  }

  /** Messages that answer nothing that was ever asked. */
  get strayMessages(): number {
    return this.#stray;
  }

  get state(): ReconnectState {
    if (this.#end !== undefined) return 'closed';
    return this.#dialer?.state ?? 'connected';
  }

  /** Resolves when it is closed, or its connection is, and no other one follows. It never rejects. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /**
   * Sends a request, and resolves with its answer. The wait is for all of it: for a connection, and for the answer.
   *
   * @throws TypeError or RangeError at what cannot be sent; DuodaoError `remote` when the other side failed, with its
   * words as `cause`; `broken` or `closed` when the connection ended before the answer: it may have been carried out;
   * `over-limit` when too many wait for a connection; `timed-out`; or the reason of `wait.signal`.
   */
  request(header: DictHeader, body?: Body, wait?: Wait): Promise<DictMessage> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const { limits } = this.#plan;
    try {
      deadlineOf(wait); // refuses one that is none
      if (wait?.signal?.aborted) throw wait.signal.reason;
      checkHeader(header);
      const id = ++this.#lastId;
      const letter = letterOf(FRAMING, limits, [{ ...header, [ID]: id }, body]);
      if (wait?.timeoutMs === 0) throw this.#tooLate(id, wait);
      if (!this.#link) makeRoom(this.#plan, this.#line.size, this.#lineBytes + letter.bytes);
      return new Promise((resolve, reject) => {
        const call: Call = { id, letter, resolve, reject, settled: undefined };
        if (wait)
          call.settled = limit(
            wait,
            (reason) => this.#settle(call, () => reject(reason)),
            () => this.#tooLate(id, wait),
          );
        this.#line.add(call);
        this.#lineBytes += letter.bytes;
        this.#flush();
        this.#dialer?.want(this.#line.size > 0);
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #tooLate(id: number, wait: Wait): DuodaoError {
    return tooLate('An answer', wait, this.#flight.has(id) ? undefined : this.#dialer?.failure);
  }

  /** Gives all up, and closes the connection. Again, it does nothing. */
  close(): void {
    const link = this.#link;
    this.#finish(new DuodaoError('closed', 'This requester is closed'));
    link?.connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #use(connection: DictConnection): void {
    const link: DictLink = new Link(connection, { ready: () => this.#flush(), over: () => undefined });
    this.#link = link;
    void this.#read(link); // it ends with the connection, and never rejects
    this.#flush();
  }

  /** What was answered before the end is taken before that is told. */
  async #read(link: DictLink): Promise<void> {
    let why: unknown;
    while (why === undefined) {
      try {
        const message = await link.connection.receive();
        this.#answered(message);
      } catch (error) {
        why = error;
      }
    }
    this.#lost(link, why);
  }

  #answered(message: DictMessage): void {
    const id = message.header[REPLY_TO];
    const call = this.#flight.get(id as number);
    if (!call) {
      const wasAsked = Number.isSafeInteger(id) && (id as number) > 0 && (id as number) <= this.#lastId;
      if (wasAsked) this.#late++;
      else this.#stray++;
      return;
    }
    const error = message.header[ERROR];
    this.#settle(call, () => {
      if (error === undefined) call.resolve(message);
      else call.reject(remoteError(error));
    });
  }

  /** Ends a request, if that has not been done. */
  #settle(call: Call, how: () => void): void {
    if (this.#line.delete(call)) this.#lineBytes -= call.letter.bytes;
    else if (!this.#flight.delete(call.id)) return;
    call.settled?.();
    how();
    this.#flush();
    this.#dialer?.want(this.#line.size > 0);
  }

  #flush(): void {
    const { maxInFlight } = this.#plan;
    for (let link = this.#link; link?.isReady && this.#flight.size < maxInFlight; link = this.#link) {
      const call = this.#nextInLine();
      if (!call) return;
      this.#line.delete(call);
      this.#lineBytes -= call.letter.bytes;
      this.#flight.set(call.id, call);
      // Its time limit does not end the sending: half a message cannot be taken back, and would cost all the others.
      link.give(call.letter).catch((error: unknown) => {
        const isOurs = error instanceof DuodaoError && (error.code === 'broken' || error.code === 'closed');
        if (!isOurs) this.#settle(call, () => call.reject(error)); // else the reader tells of it
      });
    }
  }

  #nextInLine(): Call | undefined {
    if (this.#line.size === 0) return undefined;
    let turn = this.#turns.next();
    if (turn.done === true) {
      this.#turns = this.#line.values();
      turn = this.#turns.next();
    }
    return turn.done === true ? undefined : turn.value;
  }

  #lost(link: DictLink, why: unknown): void {
    link.connection.close();
    if (this.#link !== link) return;
    this.#link = undefined;
    for (const call of this.#flight.values()) this.#settle(call, () => call.reject(unanswered(why)));
    if (this.#dialer) this.#dialer.lost(why);
    else this.#finish(why);
  }

  #finish(why: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = why ?? IS_CLOSED.error;
    this.#link = undefined;
    this.#dialer?.stop(why);
    // The reason of a signal is told as it is; it is known who wanted that.
    const because = (): unknown => (why instanceof DuodaoError ? unanswered(why) : this.#end);
    for (const call of this.#flight.values()) this.#settle(call, () => call.reject(because()));
    for (const call of this.#line) this.#settle(call, () => call.reject(this.#end));
    this.#onClosed();
  }
}

function unanswered(cause: unknown): DuodaoError {
  if (cause instanceof DuodaoError && cause.code === 'closed')
    return new DuodaoError(
      'closed',
      'The connection was closed before this request was answered: whether it was carried out is not known',
      {},
      { cause },
    );
  return new DuodaoError(
    'broken',
    'The connection was lost before this request was answered: whether it was carried out is not known' +
      inWords(cause),
    {},
    { cause },
  );
}

function inWords(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}
