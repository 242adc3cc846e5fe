/**
 * What the house must know of each class of shared object, told by the room that owns the class.
 *
 * @module
 */
import { assert } from '../base/index.ts';
import { DYING, type SharedObject } from './object.ts';
import type { Tag } from './slots.ts';

/** A shared object as it travels: where it is, which one it is, and as what it was sent. */
export interface Reference {
  readonly kind: number;
  /** In cache lines of 64 bytes from the start of the arena. */
  readonly offset: number;
  readonly serial: number;
}

/** One class of shared object. */
export interface Kind {
  readonly id: number;
  /** What people call it: 'lock', 'queue'. */
  readonly name: string;
  /** Makes the object that programs use. */
  open(object: SharedObject): object;
  /**
   * Puts the body in order after an owner of the guard died inside. Runs inside the guard, may be cut short and
   * run again.
   */
  repair(object: SharedObject): void;
  /** Takes back what a dead participant held. Runs inside the guard, may be cut short and run again. */
  reap(object: SharedObject, dead: Tag): void;
  /** Handles of other objects that the body holds. Runs inside the guard. */
  references?(object: SharedObject): readonly Reference[];
  /**
   * Does what remains to be done when nobody can reach the object any more, and takes the handles out of its
   * body. Runs outside all guards, by one participant at a time; may be cut short and run again.
   */
  release?(object: SharedObject): void;
}

const kinds: Map<number, Kind> = new Map();

export function registerKind(kind: Kind): void {
  assert(!kinds.has(kind.id), `kind ${kind.id} is registered once`);
  kinds.set(kind.id, kind);
}

export function kindOf(id: number): Kind | undefined {
  return kinds.get(id);
}

/** The handles that an object has in it, as far as they count. To be called inside its guard. */
export function handlesIn(container: SharedObject): readonly Reference[] {
  const kind = kindOf(container.kind);
  // A dying body does not count, unless its kind takes the handles out of it one by one.
  if (!kind?.references || (container.flags & DYING && !kind.release)) return [];
  return kind.references(container);
}
