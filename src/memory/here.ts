/**
 * This thread's place in the tree: its mapping of the arena, its slot, its bell, its waits.
 *
 * Made at first use. The first process of a tree makes the arena; a child is given its descriptor and says so before
 * anything else (see attach); another thread of a process finds the descriptor that the process already has.
 *
 * @module
 */
import { FAULTY, pass, type Wait } from '../base/index.ts';
import { closeSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import { makePipe, makeThreadPipe, RobustList } from '../platform/index.ts';
import { Allocator } from './allocator.ts';
import {
  type Arena,
  AT,
  createArena,
  findArenaFd,
  HOUSE_GUARDS,
  houseGuardOffset,
  openArena,
} from './arena.ts';
import { Bell, type BellPipe, makeBellPipe } from './bell.ts';
import { DeathWatch } from './death-watch.ts';
import { Guard, type GuardThread } from './guard.ts';
import { Ledger } from './ledger.ts';
import { Mourning } from './mourning.ts';
import { Objects } from './objects.ts';
import { Slots, slotOfTag, type Tag } from './slots.ts';
import { WaitSign } from './wait-sign.ts';
import { WaitingRoom, type WaitThread } from './waiting.ts';

export class Here implements GuardThread, WaitThread {
  readonly arena: Arena;
  readonly robust: RobustList;
  readonly slots: Slots;
  readonly slot: number;
  readonly tag: Tag;
  readonly bell: Bell;
  readonly objects: Objects;
  readonly heap: Allocator;
  readonly sign: WaitSign;
  readonly room: WaitingRoom;
  readonly ledger: Ledger;
  /** Guard of the names (names.ts). */
  readonly names: Guard;
  readonly #slotsGuard: Guard;
  readonly #mourning: Mourning;
  readonly #watch: DeathWatch;
  #lifeFd: number | undefined;

  constructor(arena: Arena) {
    this.arena = arena;
    this.robust = new RobustList();
    this.slots = new Slots(arena);
    this.tag = 0; // nobody yet: guards only report it
    this.#slotsGuard = this.#guard('slots');
    const bellPipe = makeBellPipe();
    const life = makeThreadPipe(); // its write end is never given to anybody
    if (isMainThread) this.#lifeFd = life.readFd;
    const { slot, tag } = this.#join(bellPipe, life);
    this.slot = slot;
    this.tag = tag;
    this.#watch = new DeathWatch(arena, this.slots, slot, () => this.noticeDeath());
    this.#mourning = new Mourning((one) => this.isAlive(one));
    this.sign = new WaitSign(this.slots.sign(slot), arena.addressOf(0));
    this.room = new WaitingRoom(this);
    this.bell = new Bell(this.slots, slot, bellPipe, () => {
      this.#watch.refresh();
      this.room.sweep();
    });
    this.heap = new Allocator(arena, this.#guard('heap'));
    this.objects = new Objects(arena, this.heap, this.slots, this);
    this.names = this.#guard('names');
    this.ledger = new Ledger(arena, this.#guard('ledger'));
    this.#announce();
  }

  #join(bell: BellPipe, life: BellPipe): { slot: number; tag: Tag } {
    const name = isMainThread ? 'MainProcess' : `Thread-${threadId}`;
    try {
      return this.slots.join(this.#slotsGuard, this.robust, {
        name,
        threadId,
        bellFd: bell.writeFd,
        lifeFd: life.readFd,
      });
    } catch (error) {
      for (const { readFd, writeFd } of [bell, life]) [readFd, writeFd].forEach((fd) => closeSync(fd));
      throw error;
    }
  }

  /**
   * The read end of a pipe that ends with this process: what a child is given to die with us. The main thread
   * ends with its process; a worker thread may end before, so it makes one whose write end is never closed.
   */
  get lifeFd(): number {
    this.#lifeFd ??= makePipe().readFd;
    return this.#lifeFd;
  }

  #guard(name: keyof typeof HOUSE_GUARDS): Guard {
    const offset = houseGuardOffset(name);
    return new Guard(new Int32Array(this.arena.view(offset, 64)), this.arena.addressOf(offset), this);
  }

  /** Has those who wait in an event loop watch us, too. */
  #announce(): void {
    Atomics.add(this.arena.header, AT.joins, 1);
    for (let slot = 0; slot < this.slots.top; slot++) {
      if (slot !== this.slot && this.slots.isTaken(slot)) this.bell.ring(slot);
    }
  }

  watchDeaths(): void {
    this.#watch.refresh();
  }

  /**
   * Buries the dead: takes back what they held, wakes whoever waits for it, frees their slots. True if there were
   * any.
   */
  reap(): boolean {
    let any = false;
    for (let slot = 0; slot < this.slots.top; slot++) {
      if (!this.slots.isDead(slot)) continue;
      any = true;
      if (FAULTY) pass('reap.begun');
      const dead = this.slots.tagOf(slot);
      this.ledger.inside(() => this.ledger.reap(dead));
      if (this.objects.reap(dead, slot)) this.slots.bury(this.#slotsGuard, dead);
      if (FAULTY) pass('reap.ended');
    }
    if (any) this.bell.forgetDead();
    return any;
  }

  /** To be called when a process is known to have ended. */
  noticeDeath(): void {
    this.reap();
    this.bell.forgetDead(); // somebody else may have buried him
    this.room.noticeDeath();
    this.#mourning.look();
  }

  /** Resolves once the participant with this tag has died. */
  deathOf(tag: Tag, what: string, wait: Wait | undefined): Promise<void> {
    this.watchDeaths();
    return this.#mourning.wait(tag, what, wait);
  }

  countNetHit(): void {
    Atomics.add(this.arena.header, AT.netHits, 1);
  }

  /** Wake-ups that only a safety net delivered, in the whole tree. Anything but 0 is a defect of ours. */
  get netHits(): number {
    return Atomics.load(this.arena.header, AT.netHits);
  }

  /** Whether the participant with this tag lives. */
  isAlive(tag: Tag): boolean {
    return this.slots.isAlive(tag);
  }

  rename(name: string): void {
    this.slots.rename(slotOfTag(this.tag), name);
  }
}

let place: Here | undefined;
/** Mapped once, also if there is no place in it, as it stays mapped. */
let mapped: Arena | undefined;

/** This thread's place in the tree. @throws DuodaoError `unsupported` where there can be none. */
export function here(): Here {
  if (place) return place;
  mapped ??= arenaOfProcess();
  place = new Here(mapped);
  place.reap(); // threads may come and go in a program where nobody ever waits, and so looks
  return place;
}

/** Takes a place in the tree whose arena is behind the descriptor, before anything else does. */
export function attach(fd: number): Here {
  place ??= new Here(openArena(fd));
  return place;
}

/** The arena that another thread of this process may have made already; else a new one. */
function arenaOfProcess(): Arena {
  const fd = findArenaFd();
  if (fd !== undefined) return openArena(fd);
  const made = createArena();
  // Two threads may have come here at once: the lower descriptor counts, for both of them.
  const first = findArenaFd();
  return first === undefined || first === made.fd ? made : openArena(first);
}
