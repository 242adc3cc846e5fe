/**
 * Arenas of their own for tests that fill, break and look into one: nobody else takes part in them.
 *
 * @module
 */
import { closeSync } from 'node:fs';
import { after } from 'node:test';
import { Allocator } from '../../../src/memory/allocator.ts';
import { type Arena, createArena, houseGuardOffset } from '../../../src/memory/arena.ts';
import { Guard, type GuardThread } from '../../../src/memory/guard.ts';
import { Slots } from '../../../src/memory/slots.ts';
import { RobustList } from '../../../src/platform/index.ts';

const VARIABLE = 'DUODAO_ARENA_MIB';

/** Does something while the environment asks for arenas of this size. */
export function withSize<R>(mib: string | undefined, make: () => R): R {
  const before = process.env[VARIABLE];
  const set = (text: string | undefined): void => {
    if (text === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = text;
  };
  set(mib);
  try {
    return make();
  } finally {
    set(before);
  }
}

const opened: number[] = [];
after(() => opened.forEach((fd) => closeSync(fd)));

/** Makes an arena, whose descriptor is closed when the tests are over. */
export function smallArena(mib = 1): Arena {
  const arena = withSize(String(mib), createArena);
  opened.push(arena.fd);
  return arena;
}

/** This thread, in the role of one participant. */
export class Actor implements GuardThread {
  readonly robust: RobustList = new RobustList();
  readonly tag: number;
  readonly slot: number;
  netHits = 0;

  constructor(tag = 1, slot = 0) {
    this.tag = tag;
    this.slot = slot;
  }

  countNetHit(): void {
    this.netHits++;
  }
}

export function houseGuard(arena: Arena, name: 'slots' | 'heap' | 'names', actor: Actor): Guard {
  const offset = houseGuardOffset(name);
  return new Guard(new Int32Array(arena.view(offset, 64)), arena.addressOf(offset), actor);
}

/** A heap of its own, and its guard. */
export function smallHeap(mib = 1): { arena: Arena; guard: Guard; heap: Allocator } {
  const arena = smallArena(mib);
  const guard = houseGuard(arena, 'heap', new Actor());
  return { arena, guard, heap: new Allocator(arena, guard) };
}

/** Slots of their own, their guard, and a way to take one. */
export function smallSlots(): {
  readonly arena: Arena;
  readonly slots: Slots;
  readonly guard: Guard;
  join(name?: string, threadId?: number): { slot: number; tag: number };
} {
  const arena = smallArena();
  const slots = new Slots(arena);
  const actor = new Actor();
  const guard = houseGuard(arena, 'slots', actor);
  const join = (name = 'somebody', threadId = 0): { slot: number; tag: number } =>
    slots.join(guard, actor.robust, { name, threadId, bellFd: arena.fd, lifeFd: arena.fd });
  return { arena, slots, guard, join };
}
