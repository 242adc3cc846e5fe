/**
 * Hearing of deaths in the event loop.
 *
 * Each participant keeps the only write end of a pipe without a name; others open its read end through
 * /proc/<pid>/fd. When the process is gone, however it ended, the pipe ends, and the event loop says so within
 * milliseconds. Whoever waits watches all others: no process depends on another one's event loop.
 *
 * @module
 */
import { Socket } from 'node:net';
import { reopen } from '../platform/index.ts';
import { type Arena, AT } from './arena.ts';
import type { Slots, Tag } from './slots.ts';

export class DeathWatch {
  readonly #arena: Arena;
  readonly #slots: Slots;
  readonly #onDeath: () => void;
  readonly #watched: Map<number, { readonly tag: Tag; readonly socket: Socket }> = new Map();
  #joinsSeen = -1;

  constructor(arena: Arena, slots: Slots, onDeath: () => void) {
    this.#arena = arena;
    this.#slots = slots;
    this.#onDeath = onDeath;
  }

  /** Watches whoever has joined since the last call. */
  refresh(): void {
    const joins = Atomics.load(this.#arena.header, AT.joins);
    if (joins === this.#joinsSeen) return;
    this.#joinsSeen = joins;
    let died = false;
    for (let slot = 0; slot < this.#slots.top; slot++) {
      // Threads of this process end with it, or are reported by whoever started them.
      if (!this.#slots.isTaken(slot) || this.#slots.pid(slot) === process.pid) continue;
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
      fd = reopen(this.#slots.pid(slot), this.#slots.lifeFd(slot), 'read');
    } catch {
      return false; // gone already, or beyond our limit of descriptors: then the bounded re-check finds it
    }
    const socket = new Socket({ fd, readable: true, writable: false });
    this.#watched.set(slot, { tag, socket });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#watched.get(slot)?.socket === socket) this.#watched.delete(slot);
      this.#onDeath();
    });
    socket.resume();
    socket.unref();
    // The pid may have been given to another process between the look and the opening.
    if (!this.#slots.isAlive(tag)) socket.destroy();
    return true;
  }
}
