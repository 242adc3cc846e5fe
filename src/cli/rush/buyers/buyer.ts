/**
 * A buyer: one connection to the office, and a few orders on their way at once.
 *
 * Replies come in the order of the questions. When the connection breaks, nobody knows what became of the orders on
 * their way: they go back to the pool, to be asked again with the same ids, by whoever takes them. The office knows the
 * ids, so that no order is sold twice.
 *
 * A buyer whose connection breaks comes again, a little later each time; after some times without a single answer it
 * gives up.
 *
 * @module
 */
import { setTimeout as later } from 'node:timers/promises';
import { DuodaoError } from '../../../base/index.ts';
import {
  connect,
  dictHeader,
  type DictHeader,
  type DictMessage,
  type SocketConnection,
} from '../../../net/index.ts';
import type { Refusal } from '../book.ts';
import { type Place, textOfPlace } from '../listen/places.ts';
import type { Order } from '../orders.ts';
import type { OrderPool } from './pool.ts';
import type { Tally } from './tally.ts';

type Connection = SocketConnection<DictMessage, [header: DictHeader]>;

interface Asked {
  readonly order: Order;
  readonly atMs: number;
}

/** Orders on their way at once. */
const ASKED_MOST = 4;
const TRIES_MOST = 6;
const FIRST_WAIT_MS = 50;
const CONNECT_MS = 10_000;

export class Buyer {
  readonly #place: Place;
  readonly #pool: OrderPool;
  readonly #tally: Tally;
  #connection: Connection | undefined;
  #asked: Asked[] = [];
  /** Times without an answer, one after the other. */
  #failures = 0;
  #lastFailure: unknown;

  constructor(place: Place, pool: OrderPool, tally: Tally) {
    this.#place = place;
    this.#pool = pool;
    this.#tally = tally;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Why it could not come the last time. */
  get lastFailure(): unknown {
    return this.#lastFailure;
  }

  /** Comes to the office. False when it could not. */
  async come(): Promise<boolean> {
    const place = textOfPlace(this.#place);
    try {
      this.#connection = await connect<DictMessage, [header: DictHeader]>(place, {
        framing: dictHeader(),
        timeoutMs: CONNECT_MS,
      });
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** Buys until nothing is left to buy, or it gives up. */
  async buy(): Promise<void> {
    const leave = this.#pool.onNews(() => this.#news());
    try {
      while (!this.#pool.isOver && this.#failures < TRIES_MOST) {
        if (this.#connection || (await this.#comeAgain())) await this.#talk(this.#connection!);
      }
    } finally {
      leave();
      this.#connection?.close();
    }
  }

  async #comeAgain(): Promise<boolean> {
    await later(FIRST_WAIT_MS * 2 ** this.#failures);
    return !this.#pool.isOver && (await this.come());
  }

  async #talk(connection: Connection): Promise<void> {
    this.#ask();
    try {
      for await (const { header } of connection) {
        this.#hear(header);
        this.#ask();
      }
      if (!this.#pool.isOver) this.#failed(new DuodaoError('closed', 'The office has ended the connection'));
    } catch (error) {
      if (!this.#pool.isOver) this.#failed(error);
    } finally {
      connection.close();
      this.#connection = undefined;
      this.#pool.giveBack(this.#asked.splice(0).map(({ order }) => order));
    }
  }

  /** Sends as many orders as may be on their way. */
  #ask(): void {
    const connection = this.#connection;
    if (!connection) return;
    while (this.#asked.length < ASKED_MOST) {
      const order = this.#pool.take();
      if (!order) return;
      this.#asked.push({ order, atMs: performance.now() });
      connection.send({ ...order }).catch(() => undefined); // whoever receives hears of it as well
    }
  }

  #hear(header: DictHeader): void {
    const asked = this.#asked.shift();
    if (!asked || (header['id'] !== asked.order.id && header['status'] !== 'error'))
      throw new DuodaoError('protocol', 'The office answered what was not asked', {
        id: String(header['id']),
      });
    const { status, reason, message } = header;
    if (status === 'error' && reason === 'closing') {
      this.#pool.giveBack([asked.order]);
      this.#pool.stop();
      return;
    }
    if (status === 'sold') this.#tally.countSold(asked.order.seats);
    else if (status === 'refused') this.#tally.countRefused(reason as Refusal);
    else this.#tally.countError(String(message));
    this.#tally.took(performance.now() - asked.atMs);
    this.#failures = 0;
    this.#pool.answered();
  }

  /** Orders have come back, or all is over. */
  #news(): void {
    if (this.#pool.isOver) this.#connection?.close();
    else this.#ask();
  }

  #failed(error: unknown): void {
    if (!(error instanceof DuodaoError)) throw error;
    this.#lastFailure = error;
    this.#failures++;
    this.#tally.broken++;
  }
}
