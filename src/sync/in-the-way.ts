/**
 * Who holds what others wait for, at one moment, as their signs and the objects say.
 *
 * What is seen may be over by the time it is read: for whoever can live with that.
 *
 * @module
 */
import { here, waitsNow } from '../memory/index.ts';
import { holdersOfAny } from './holders.ts';

/** The ways in which one can wait for an object: see holders.ts. */
const MODES = [1, 2];

/** The processes that hold something for which a thread of another process waits. */
export function pidsInTheWay(): Set<number> {
  const { slots } = here();
  const found: Set<number> = new Set();
  for (const { pid, object } of waitsNow()) {
    for (const { tag } of MODES.flatMap((mode) => holdersOfAny(object, mode))) {
      const holder = slots.describe(tag)?.pid;
      if (holder !== undefined && holder !== pid) found.add(holder);
    }
  }
  return found;
}
