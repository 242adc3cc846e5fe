/**
 * Counting the handles of objects anew, where a death has left their numbers in doubt.
 *
 * The version of each is noted, and then every object is looked into, one guard at a time. Whose version is still the
 * same when that is done has the number that was found; the others are counted once more. A death puts everything in
 * doubt that lies in a message or a record, which may be thousands of objects: they are all counted in one walk.
 *
 * Checked in: test/model/lifetime.ts.
 *
 * @module
 */
import type { Reference } from './kinds.ts';
import type { SharedObject } from './object.ts';

const LINE = 64;

/** An object whose number of handles is in doubt. */
export interface Doubt {
  readonly reference: Reference;
  /** As it was before the walk. */
  readonly version: number;
  /** How many handles the walk has found. */
  count: number;
}

/** The handles that an object has in it. */
export interface Content {
  readonly offset: number;
  readonly references: readonly Reference[];
}

/** Notes an object that is in doubt. To be called before the walk. */
export function doubtOf({ kind, offset, serial, version }: SharedObject): Doubt {
  return { reference: { kind, offset: offset / LINE, serial }, version, count: 0 };
}

/** Counts the handles of those in doubt in all that there is. What an object has of itself does not keep it. */
export function tally(doubts: readonly Doubt[], contents: Iterable<Content>): void {
  const wanted = new Map(doubts.map((doubt) => [doubt.reference.offset, doubt]));
  for (const { offset: from, references } of contents) {
    for (const { offset, serial } of references) {
      const doubt = wanted.get(offset);
      if (doubt?.reference.serial === serial && offset !== from / LINE) doubt.count++;
    }
  }
}
