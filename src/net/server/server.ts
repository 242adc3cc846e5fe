/**
 * What all servers have in common: a socket that listens, and whoever accepts from it.
 *
 *     new ──listen()──▶ listening ──close()──▶ closing ──▶ closed
 *      └──────────────────close()────────────────────────▶ closed
 *
 * The socket is made here and belongs to this object; workers, or this event loop, have duplicates of it.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { closeDescriptor } from '../../platform/index.ts';
import { type Address, textOf } from '../address.ts';
import { Crew } from '../workers/crew.ts';
import { newRow } from '../connection/tally.ts';
import { type Concurrency, wholeNumber } from './options.ts';
import type { Plan } from './plan.ts';
import type { Serving } from './service.ts';
import { type ServerStats, statsOf } from './stats.ts';
import { startServing } from './serving.ts';

/** How a server is closed. */
export interface CloseOptions {
  /**
   * Milliseconds in which what is at work may end; 5000 if left out. Connections on which nothing is on its way are
   * told at once that no more comes.
   */
  readonly drainMs?: number;
}

/** A socket at its address, and what is to be done when it is given up. */
export interface Bound {
  readonly fd: number;
  readonly address: Address;
  /** Has it take nothing new, in all workers, while what was taken is still at work. */
  refuse(): void;
  release(): void;
}

export interface Making {
  readonly noun: string;
  readonly name: string | undefined;
  readonly plan: Plan;
  readonly concurrency: Concurrency;
  readonly workers: number;
  /** Makes the socket. @throws DuodaoError `in-use` or `unsupported`. */
  bind(): Promise<Bound>;
  /** Called when this event loop serves. */
  began?(serving: Serving): void;
}

const DRAIN_MS = 5000;
const LONGEST_MS = 2 ** 31 - 1;

/** Whoever accepts: this event loop, or workers. */
interface Engine {
  stop(drainMs: number): Promise<void>;
  stats(): ServerStats;
  replaceWorkers(drainMs: number): Promise<void>;
}

/** The face that all servers share. */
export abstract class SocketServer<A extends Address = Address> implements AsyncDisposable {
  readonly #making: Making;
  #state: 'new' | 'starting' | 'listening' | 'closed' = 'new';
  #bound: Bound | undefined;
  #engine: Engine | undefined;
  #lastStats: ServerStats | undefined;
  #starting: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;
  readonly #closed: Promise<void>;
  #onClosed!: () => void;

  constructor(making: Making) {
    this.#making = making;
    this.#closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  /**
   * Begins to listen. When it resolves, clients can connect: with workers, when all of them accept.
   *
   * @throws DuodaoError `in-use` when somebody else has the address, `unsupported` when this machine cannot have it,
   * `closed` when it has been closed; whatever keeps a worker from starting. It can be tried again, unless it is
   * closed.
   */
  async listen(): Promise<this> {
    const { noun } = this.#making;
    if (this.#state === 'closed')
      throw new DuodaoError('closed', `Cannot listen as this ${noun} has been closed: make a new one`);
    if (this.#state !== 'new') throw new TypeError(`Cannot listen as this ${noun} already does`);
    this.#state = 'starting';
    const starting = this.#start();
    this.#starting = starting.catch(() => undefined);
    try {
      await starting;
    } catch (error) {
      this.#bound?.release();
      this.#bound = undefined;
      if (this.#state === 'starting') this.#state = 'new';
      throw error;
    }
    // TypeScript does not know that close() may have been called meanwhile.
    if ((this.#state as string) === 'closed') {
      await this.#closing;
      throw new DuodaoError('closed', `Cannot listen as this ${noun} was closed before it did`);
    }
    this.#state = 'listening';
    return this;
  }

  async #start(): Promise<void> {
    const { plan, concurrency, workers, name, noun, bind, began } = this.#making;
    const bound = await bind();
    this.#bound = bound;
    const here: Plan = { ...plan, address: bound.address };
    if (concurrency === 'async') {
      this.#engine = await local(here, bound.fd, began);
      return;
    }
    const label = name ?? `${noun}-${textOf(bound.address).split(':').at(-1)!}`;
    const crew = new Crew({ kind: concurrency, size: workers, name: label, plan: here, fd: bound.fd });
    await crew.start();
    this.#engine = crew;
  }

  /** Where it listens, with the port that the system has chosen. @throws DuodaoError `closed` when it does not. */
  get address(): A {
    if (this.#bound) return this.#bound.address as A;
    throw new DuodaoError(
      'closed',
      `Cannot tell the address of a ${this.#making.noun} as it does not listen`,
    );
  }

  get isListening(): boolean {
    return this.#state === 'listening';
  }

  /** What was counted. After it was closed: what had been. */
  stats(): ServerStats {
    return this.#engine?.stats() ?? this.#lastStats ?? statsOf([newRow()], [], 0);
  }

  /**
   * Replaces all workers, one after the other: a new one accepts before an old one stops, so that no connection is
   * refused. The old ones end what they are at, for `drainMs` at most. Without workers it does nothing.
   *
   * @throws DuodaoError `closed` when it does not listen; what keeps a worker from starting: the others then stay.
   */
  async replaceWorkers(options: CloseOptions = {}): Promise<void> {
    const drainMs = wholeNumber('drainMs', options.drainMs, DRAIN_MS, 0, LONGEST_MS);
    if (!this.#engine)
      throw new DuodaoError(
        'closed',
        `Cannot replace the workers of a ${this.#making.noun} that does not listen`,
      );
    await this.#engine.replaceWorkers(drainMs);
  }

  /**
   * Stops accepting, lets what is at work end, and then ends what is left. It works at any time, also before listen()
   * or while that goes on; again, it waits for the same end.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const drainMs = wholeNumber('drainMs', options.drainMs, DRAIN_MS, 0, LONGEST_MS);
    this.#state = 'closed';
    this.#closing ??= this.#close(drainMs);
    await this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    await this.#starting;
    const engine = this.#engine;
    try {
      const stopping = engine?.stop(drainMs);
      this.#bound?.refuse();
      await stopping;
    } finally {
      this.#lastStats = engine?.stats();
      this.#engine = undefined;
      this.#bound?.release();
      this.#bound = undefined;
      this.#onClosed();
    }
  }

  /** Resolves when it has been closed. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function local(plan: Plan, fd: number, began: Making['began']): Promise<Engine> {
  const row = newRow();
  const serving: Serving = await startServing(plan, fd, [row], 0);
  began?.(serving);
  return {
    stop: (drainMs) => serving.stop(drainMs),
    stats: () => statsOf([row], [], 0),
    replaceWorkers: () => Promise.resolve(),
  };
}

/** Gives a socket up that has no file. */
export function releaseOnly(fd: number): () => void {
  let isReleased = false;
  return () => {
    if (!isReleased) closeDescriptor(fd);
    isReleased = true;
  };
}
