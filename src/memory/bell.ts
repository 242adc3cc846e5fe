/**
 * Bells: how one participant wakes another, blocked or in its event loop.
 *
 * Each participant has one bell, a counter in its slot, and says beside it how it sleeps:
 *
 *     NONE   it does not sleep: counting is enough
 *     FUTEX  it blocks in the kernel, on the counter itself
 *     PIPE   its event loop watches a pipe without a name; others reach it through /proc/<pid>/fd
 *
 * Ringing counts first and looks at the mode second; a sleeper sets its mode first and then sleeps only if the
 * counter is still what it was before it looked at what it waits for. So one of the two sees the other.
 *
 * Such a pipe tells of the death of its reader (EPIPE), and cannot be left behind as a FIFO in a folder can.
 *
 * Checked in every order of steps: test/model/bell.ts.
 *
 * @module
 */
import { FAULTY, pass } from '../base/index.ts';
import { closeSync } from 'node:fs';
import { Socket, type SocketConstructorOpts } from 'node:net';
import {
  futexWait,
  futexWake,
  inodeOf,
  makeThreadPipe,
  reopen,
  reopenForSocket,
  writeByte,
} from '../platform/index.ts';
import { Slots } from './slots.ts';

const NONE = 0;
const FUTEX = 1;
const PIPE = 2;

const RINGS_READ_AT_ONCE = 1024;

interface Line {
  readonly tag: number;
  readonly fd: number;
}

export class Bell {
  readonly bellFd: number;
  readonly #readFd: number;
  readonly #slots: Slots;
  readonly #slot: number;
  readonly #onRing: () => void;
  /** Descriptors for the bells of others, opened at the first ring. */
  readonly #lines: Map<number, Line> = new Map();
  #socket: Socket | undefined;
  #listening = false;
  #blocking = false;

  /** @param pipe - The pipe of this participant's bell, which its slot already names. */
  constructor(slots: Slots, slot: number, pipe: BellPipe, onRing: () => void) {
    this.#slots = slots;
    this.#slot = slot;
    this.bellFd = pipe.writeFd;
    this.#readFd = pipe.readFd;
    this.#onRing = onRing;
  }

  /** How often this participant was rung so far. */
  get count(): number {
    return Atomics.load(this.#slots.words, Slots.bellIndex(this.#slot));
  }

  /** Wakes the participant in a slot, if it sleeps. A dead one is passed over. */
  ring(slot: number): void {
    const { words } = this.#slots;
    const bell = Slots.bellIndex(slot);
    // SYNC with sleep() and listen(): we count, then look at the mode; they set the mode, then look at the count.
    if (FAULTY) pass('bell.ringing');
    Atomics.add(words, bell, 1);
    if (FAULTY) pass('bell.counted');
    const mode = Atomics.load(words, bell + 1);
    if (mode === FUTEX) futexWake(this.#slots.bellAddress(slot));
    else if (mode === PIPE && slot === this.#slot) queueMicrotask(this.#onRing);
    else if (mode === PIPE) this.#ringPipe(slot);
    if (FAULTY) pass('bell.rung');
  }

  #ringPipe(slot: number): void {
    const line = this.#line(slot);
    if (line && !writeByte(line.fd)) this.forget(slot);
  }

  #line(slot: number): Line | undefined {
    const tag = this.#slots.tagOf(slot);
    const known = this.#lines.get(slot);
    if (known?.tag === tag) return known;
    if (known) this.forget(slot);
    // A set may still have the bit of somebody who is dead; his pipe may be there for a moment longer.
    if (!this.#slots.isAlive(tag)) return undefined;
    try {
      const { pid, fd, inode } = this.#slots.bellPlace(slot);
      const line = { tag, fd: reopen(pid, fd, 'write', inode) };
      this.#lines.set(slot, line);
      return line;
    } catch {
      // It died, or we are out of descriptors: then its own bounded re-check finds what we could not tell, and
      // counts it.
      return undefined;
    }
  }

  /** Closes what was opened to reach participants that are gone, whoever has buried them. */
  forgetDead(): void {
    for (const [slot, { tag }] of this.#lines) if (!this.#slots.isAlive(tag)) this.forget(slot);
  }

  /** Closes what was opened to reach a participant that is gone. */
  forget(slot: number): void {
    const line = this.#lines.get(slot);
    if (line) closeSync(line.fd);
    this.#lines.delete(slot);
  }

  /** Says that this thread is about to block: from now on rings reach it through the futex. */
  beginBlocking(): void {
    this.#blocking = true;
    this.#sayMode();
  }

  /** Blocks the thread until the bell rings, unless it has rung since `seen` was read. */
  sleep(seen: number, timeoutMs: number): 'woken' | 'changed' | 'timed-out' {
    return futexWait(this.#slots.bellAddress(this.#slot), seen, timeoutMs);
  }

  endBlocking(): void {
    this.#blocking = false;
    this.#sayMode();
  }

  /** Has the event loop hear the bell, and keeps the process alive for it. */
  listen(): void {
    this.#socket ??= this.#openSocket();
    this.#socket.ref();
    this.#listening = true;
    this.#sayMode();
  }

  /** Nobody in the event loop waits any more. */
  unlisten(): void {
    this.#socket?.unref();
    this.#listening = false;
    this.#sayMode();
  }

  /** Who blocks serves its event loop's waits as well, so blocking comes first. */
  #sayMode(): void {
    const mode = this.#blocking ? FUTEX : this.#listening ? PIPE : NONE;
    Atomics.store(this.#slots.words, Slots.bellIndex(this.#slot) + 1, mode);
  }

  #openSocket(): Socket {
    // `onread` hands the bytes over without the machinery of streams: nobody looks at them.
    const onread = {
      buffer: new Uint8Array(RINGS_READ_AT_ONCE),
      callback: (): boolean => {
        this.#onRing();
        return true;
      },
    };
    const fd = reopenForSocket('self', this.#readFd, inodeOf(this.#readFd));
    const socket = new Socket({ fd, readable: true, writable: false, onread } as SocketConstructorOpts);
    socket.resume();
    return socket;
  }
}

export interface BellPipe {
  readonly readFd: number;
  readonly writeFd: number;
}

export function makeBellPipe(): BellPipe {
  return makeThreadPipe();
}
