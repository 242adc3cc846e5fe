/**
 * Who keeps a wait from going on: what the wait-for graph must know of each class that can be waited for.
 *
 * A lock has one holder. Of other classes it depends on what is waited for, so their rooms say it here.
 *
 * @module
 */
import { here, type Place, type SharedObject, type Tag } from '../memory/index.ts';
import { type Holder, holderIn } from './lock-body.ts';

/** Those without whom a wait cannot go on. */
export interface Holders {
  readonly all: readonly Holder[];
  /** Whether it is over when one of them never lets go; else only when all of them never do. */
  readonly oneIsEnough: boolean;
}

/**
 * Who holds an object against a wait of this mode, a number that only its class knows. Asked outside of its guard.
 *
 * What `waiter` waits for may have been granted to it already. Nobody keeps it waiting then, but for the waiter itself.
 * Where it is left out, just those are meant who keep others waiting.
 */
export type LookForHolders = (object: SharedObject, mode: number, waiter?: Tag) => Holders;

const looks: Map<number, LookForHolders> = new Map();

/** Says how to find the holders of a class that is no lock. */
export function tellHolders(kind: number, look: LookForHolders): void {
  looks.set(kind, look);
}

/** Kinds of objects with a lock at the beginning of their body. */
const withLock: Set<number> = new Set();

/** Says that objects of a kind have a lock in them. */
export function tellLock(kind: number): void {
  withLock.add(kind);
}

/** Who holds the object at this place; nobody if it is gone. It is known to be waited for as a lock is. */
export function holdersOf({ offset, serial }: Place, mode: number, waiter: Tag): Holders {
  const object = here().objects.find({ kind: 0, offset: offset / 64, serial });
  return object ? holdersIn(object, mode, waiter) : { all: [], oneIsEnough: true };
}

/** Who holds an object of any class; nobody where the class has no holders. */
export function holdersOfAny(object: SharedObject, mode: number): readonly Holder[] {
  return looks.has(object.kind) || withLock.has(object.kind) ? holdersIn(object, mode).all : [];
}

function holdersIn(object: SharedObject, mode: number, waiter?: Tag): Holders {
  const look = looks.get(object.kind);
  if (look) return look(object, mode, waiter);
  const holder = holderIn(object);
  return { all: holder ? [holder] : [], oneIsEnough: true };
}
