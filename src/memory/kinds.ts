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

const LINE = 64;

const kinds: Map<number, Kind> = new Map();

export function registerKind(kind: Kind): void {
  assert(!kinds.has(kind.id), `kind ${kind.id} is registered once`);
  kinds.set(kind.id, kind);
}

export function kindOf(id: number): Kind | undefined {
  return kinds.get(id);
}

/** How many handles of an object another one has in it. To be called inside the guard of that one. */
export function handlesOf({ offset, serial }: SharedObject, container: SharedObject): number {
  const kind = kindOf(container.kind);
  // A dying body does not count, unless its kind takes the handles out of it one by one.
  if (!kind?.references || (container.flags & DYING && !kind.release)) return 0;
  const isOne = (it: Reference): boolean => it.offset * LINE === offset && it.serial === serial;
  return kind.references(container).filter(isOne).length;
}
