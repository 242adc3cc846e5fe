/**
 * Hearing of deaths in the event loop.
 *
 * Each participant keeps the only write end of a pipe without a name; others open its read end through
 * /proc/<pid>/fd. When the thread or its process is gone, however it ended, the pipe ends, and the event loop says so
 * within milliseconds. Whoever waits watches all others: no process depends on another one's event loop.
 *
 * A process that dies is marked dead before its pipe ends, a thread that ends in a process that goes on a moment after.
 *
 * @module
 */
import { Socket } from 'node:net';
import { reopenForSocket } from '../platform/index.ts';
import { type Arena, AT } from './arena.ts';
import type { Slots, Tag } from './slots.ts';

/** Between two looks whether a thread whose pipe has ended is dead by now. */
const LONGEST_DELAY_MS = 32;

export class DeathWatch {
  readonly #arena: Arena;
  readonly #slots: Slots;
  readonly #self: number;
  readonly #onDeath: () => void;
  readonly #watched: Map<number, { readonly tag: Tag; readonly socket: Socket }> = new Map();
  #joinsSeen = -1;

  /** @param self - The slot of the participant that watches. */
  constructor(arena: Arena, slots: Slots, self: number, onDeath: () => void) {
    this.#arena = arena;
    this.#slots = slots;
    this.#self = self;
    this.#onDeath = onDeath;
  }

  /** Watches whoever has joined since the last call. */
  refresh(): void {
    const joins = Atomics.load(this.#arena.header, AT.joins);
    if (joins === this.#joinsSeen) return;
    this.#joinsSeen = joins;
    let died = false;
    for (let slot = 0; slot < this.#slots.top; slot++) {
      if (slot === this.#self || !this.#slots.isTaken(slot)) continue;
      died = !this.#watch(slot) || died;
    }
    if (died) this.#onDeath();
  }

  #watch(slot: number): boolean {
    const tag = this.#slots.tagOf(slot);
    if (this.#watched.get(slot)?.tag === tag) return true;
    this.#watched.get(slot)?.socket.destroy();
    this.#watched.delete(slot);
    let fd: number;
    try {
      const place = this.#slots.lifePlace(slot);
      fd = reopenForSocket(place.pid, place.fd, place.inode);
    } catch {
      return false; // gone already, or beyond our limit of descriptors: then the bounded re-check finds it
    }
    const socket = new Socket({ fd, readable: true, writable: false });
    this.#watched.set(slot, { tag, socket });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#watched.get(slot)?.socket === socket) this.#watched.delete(slot);
      this.#tellOnceDead(tag, 1);
    });
    socket.resume();
    socket.unref();
    return true;
  }

  #tellOnceDead(tag: Tag, delayMs: number): void {
    if (!this.#slots.isAlive(tag)) return this.#onDeath();
    setTimeout(() => this.#tellOnceDead(tag, Math.min(delayMs * 2, LONGEST_DELAY_MS)), delayMs).unref();
  }
}
