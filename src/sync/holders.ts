/**
 * Who keeps a wait from going on: what the wait-for graph must know of each class that can be waited for.
 *
 * A lock has one holder. Of other classes it depends on what is waited for, so their rooms say it here.
 *
 * @module
 */
import { here, type Place, type SharedObject } from '../memory/index.ts';
import { type Holder, holderIn } from './lock-body.ts';

/** Those without whom a wait cannot go on. */
export interface Holders {
  readonly all: readonly Holder[];
  /** Whether it is over when one of them never lets go; else only when all of them never do. */
  readonly oneIsEnough: boolean;
}

/** Who holds an object against a wait of this mode, a number that only its class knows. Asked outside of its guard. */
export type LookForHolders = (object: SharedObject, mode: number) => Holders;

const looks: Map<number, LookForHolders> = new Map();

/** Says how to find the holders of a class that is no lock. */
export function tellHolders(kind: number, look: LookForHolders): void {
  looks.set(kind, look);
}

/** Who holds the object at this place; nobody if it is gone. */
export function holdersOf({ offset, serial }: Place, mode: number): Holders {
  const object = here().objects.find({ kind: 0, offset: offset / 64, serial });
  if (!object) return { all: [], oneIsEnough: true };
  const look = looks.get(object.kind);
  if (look) return look(object, mode);
  const holder = holderIn(object);
  return { all: holder ? [holder] : [], oneIsEnough: true };
}
