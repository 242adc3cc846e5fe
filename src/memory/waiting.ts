/**
 * Waiting: how this thread sleeps until an attempt at an object succeeds, blocking or in its event loop.
 *
 * An attempt enters the object's guard and looks. If what it wants is there, it takes it; if not, it puts this
 * participant into the object's wait set before it leaves the guard. So it cannot miss a change: either it saw it,
 * or whoever makes it sees the bit and rings.
 *
 * In the event loop one bell serves all waits of the thread. When it rings, those points whose bit has been cleared
 * are tried again, each in the order of arrival, until one attempt fails: that is FIFO within a thread.
 *
 * A wait ends in one of four ways, and only these: the attempt succeeds or throws; the time is up; the signal
 * aborts; the thread dies. A wait that failed has consumed nothing.
 *
 * A thread that blocks serves its other waits, too, whenever it is woken: nobody's progress needs our event loop.
 *
 * The bounded re-checks are for deaths, which ring no bell, and a net for defects of ours: if one finds the condition
 * true although the bell had not rung and nobody died, that is counted, and tests hold the count at zero.
 *
 * @module
 */
import { deadlineOf, DuodaoError, FAULTY, pass, timedOut, type Wait, type WaitSync } from '../base/index.ts';
import type { Bell } from './bell.ts';
import type { Guard } from './guard.ts';
import type { WaitSet } from './wait-set.ts';
import type { WaitSign } from './wait-sign.ts';

/** The answer of an attempt that must wait. */
export const NOT_YET: unique symbol = Symbol('not yet');
export type NotYet = typeof NOT_YET;

/** Tries once. With `register`, a failed try leaves this participant in the wait set. */
export type Attempt<T> = (register: boolean) => T | NotYet;

const BLOCKING_RECHECK_MS = 50;
const LOOP_RECHECK_MS = 250;

interface Pending {
  readonly attempt: Attempt<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly settled: () => void;
}

/** What waiting needs of the thread it happens in. */
export interface WaitThread {
  readonly bell: Bell;
  readonly slot: number;
  /** Where onlookers see what we wait for. */
  readonly sign: WaitSign;
  /** Looks for the dead and repairs what they left. True when there were some. */
  reap(): boolean;
  /** Sees to it that this thread's event loop hears of deaths. */
  watchDeaths(): void;
  countNetHit(): void;
}

/** All waits of one thread. */
export class WaitingRoom {
  readonly thread: WaitThread;
  readonly #points: Set<WaitPoint> = new Set();
  #net: NodeJS.Timeout | undefined;
  /** What the bell had counted when the last sweep began: all rings up to there have been answered. */
  #swept = 0;
  #someoneDied = false;

  constructor(thread: WaitThread) {
    this.thread = thread;
  }

  /** Tries again whatever was rung. */
  sweep(): void {
    const heard = this.thread.bell.count;
    // All are asked before any is served, as serving one may put the bit back that another one looks at.
    const rung = [...this.#points].filter((point) => point.isRung);
    for (const point of rung) point.serve();
    this.#swept = heard;
  }

  /** To be called when something died: what it held was freed by somebody, and we may have missed the moment. */
  noticeDeath(): void {
    this.#someoneDied = true;
    this.sweep();
  }

  enter(point: WaitPoint): void {
    if (this.#points.size === 0) {
      this.#swept = this.thread.bell.count;
      this.thread.bell.listen();
      // It ends when it finds nobody waiting: a timer made and cleared for each wait would cost more than the wait.
      this.#net ??= setInterval(() => this.#recheck(), LOOP_RECHECK_MS).unref();
    }
    const before = this.#points.size;
    if (this.#points.add(point).size > before) this.thread.sign.enter(point.address);
    this.thread.watchDeaths();
  }

  leave(point: WaitPoint): void {
    if (!this.#points.delete(point)) return;
    this.thread.sign.leave(point.address);
    if (this.#points.size === 0) this.thread.bell.unlisten();
  }

  /** The net: finds what no ring and no death told us of, and counts it. */
  #recheck(): void {
    if (this.#points.size === 0) {
      clearInterval(this.#net);
      this.#net = undefined;
      return;
    }
    const { bell } = this.thread;
    const heard = bell.count;
    const died = this.thread.reap() || this.#someoneDied;
    const isQuiet = heard === this.#swept;
    this.#someoneDied = false;
    let served = false;
    for (const point of this.#points) served = point.serve() || served;
    // A ring may have come while we looked, and its sweep is still to come: that is no hit.
    if (served && isQuiet && !died && bell.count === heard) this.thread.countNetHit();
  }
}

/** The waits of one thread for one condition of one object. */
export class WaitPoint {
  /** Where the object lies. */
  readonly address: number;
  readonly #room: WaitingRoom;
  readonly #set: WaitSet;
  readonly #guard: Guard;
  readonly #queue: Pending[] = [];

  /**
   * @param guard - The guard of the object.
   * @param set - The wait set in which an attempt leaves this participant. Who gives up stays in it: a ring too many.
   */
  constructor(room: WaitingRoom, guard: Guard, set: WaitSet) {
    this.#room = room;
    this.#guard = guard;
    this.address = guard.address;
    this.#set = set;
  }

  /**
   * Whether somebody rang us here, or is about to have done so.
   *
   * SYNC with WaitSet.ringAll(): the ringer is inside the guard from before it rings until our bit is out of the set.
   * So we look at the guard first. If it is free, the bit tells; if not, serve() waits outside the guard until
   * it does.
   */
  get isRung(): boolean {
    return !this.#guard.isFree || !this.#set.has(this.#room.thread.slot);
  }

  /** Whether somebody of this thread waits here, in its event loop. */
  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Waits in the event loop until the attempt succeeds. */
  wait<T>(what: string, attempt: Attempt<T>, wait: Wait | undefined): Promise<T> {
    const signal = wait?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    try {
      const deadline = deadlineOf(wait);
      if (this.#queue.length === 0) {
        const now = attempt(false);
        if (now !== NOT_YET) return Promise.resolve(now);
      }
      if (deadline === 0) return Promise.reject(timedOut(what, wait));
      return this.#queueUp(what, attempt, wait, deadline);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #queueUp<T>(what: string, attempt: Attempt<T>, wait: Wait | undefined, deadline: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const signal = wait?.signal;
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      const giveUp = (reason: unknown): void => {
        pending.settled();
        this.#remove(pending);
        reject(reason);
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const onTime = (): void => {
        const left = deadline - performance.now();
        // A timer may fire early, and cannot be longer than 2^31 ms.
        if (left > 0) timer = setTimeout(onTime, Math.min(Math.ceil(left), 2 ** 31 - 1));
        else giveUp(timedOut(what, wait));
      };
      const settled = (): void => {
        isOver = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const pending: Pending = { attempt, resolve, reject, settled };
      this.#queue.push(pending);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (deadline !== Number.POSITIVE_INFINITY) onTime();
      if (isOver) return;
      try {
        // It may find somebody dead, and serve us.
        this.#room.enter(this);
        // Registers, and takes what came between the first look and now.
        if (!isOver && this.#queue.length === 1) this.serve();
      } catch (error) {
        giveUp(error);
      }
    });
  }

  /** Tries the waits in the order of arrival until one must go on waiting. True when one was settled. */
  serve(): boolean {
    let served = false;
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      try {
        const value = first.attempt(true);
        if (FAULTY) pass('wait.registered');
        if (value === NOT_YET) return served;
        first.resolve(value as never);
        served = true;
      } catch (error) {
        first.reject(error);
        // That is found by looking: nobody could have rung.
        served ||= !(error instanceof DuodaoError && error.code === 'deadlock');
      }
      first.settled();
      this.#queue.shift();
    }
    this.#room.leave(this);
    return served;
  }

  #remove(pending: Pending): void {
    const index = this.#queue.indexOf(pending);
    if (index < 0) return;
    this.#queue.splice(index, 1);
    // The one that left may have been what the others waited behind.
    if (index === 0 || this.#queue.length === 0) this.serve();
  }

  /**
   * Blocks the thread until the attempt succeeds.
   *
   * @param firstMs - When to try for the first time without having been rung.
   */
  waitSync<T>(
    what: string,
    attempt: Attempt<T>,
    wait: WaitSync | undefined,
    firstMs: number = BLOCKING_RECHECK_MS,
  ): T {
    const deadline = deadlineOf(wait);
    const now = attempt(false);
    if (now !== NOT_YET) return now;
    if (deadline === 0) throw timedOut(what, wait);
    const { bell, sign } = this.#room.thread;
    sign.block(this.address);
    bell.beginBlocking();
    try {
      return this.#block(what, attempt, wait, deadline, firstMs);
    } finally {
      bell.endBlocking();
      sign.unblock();
      this.#room.sweep();
    }
  }

  #block<T>(
    what: string,
    attempt: Attempt<T>,
    wait: WaitSync | undefined,
    deadline: number,
    firstMs: number,
  ): T {
    const { thread } = this.#room;
    let recheckMs = firstMs;
    /** What the bell had counted when we slept until we looked by ourselves; undefined if we had a reason to look. */
    let slept: number | undefined;
    for (;;) {
      // SYNC with Bell.ring(): read before we look, so that a ring after our look ends the sleep.
      const seen = thread.bell.count;
      // After the count, so that a ring for a wait of the event loop is either answered here or ends the sleep;
      // and whoever rang before we blocked told only the event loop, which does not run now.
      this.#room.sweep();
      const value = attempt(true);
      if (value !== NOT_YET) {
        // Asked now, as the ring may have come while we looked.
        if (slept === thread.bell.count) thread.countNetHit();
        return value;
      }
      const left = deadline - performance.now();
      if (left <= 0) throw timedOut(what, wait);
      const end = thread.bell.sleep(seen, Math.min(left, recheckMs));
      recheckMs = BLOCKING_RECHECK_MS;
      if (FAULTY) pass('wait.woken');
      slept = end === 'timed-out' && !thread.reap() ? seen : undefined;
    }
  }
}
