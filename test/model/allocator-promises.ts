/**
 * What the heap promises, whoever dies:
 *
 *     one owner         nobody's piece is taken away or overlaps another's
 *     zero              the pages of a run are zero when it is given out
 *     derived words     whenever the guard is free and clean: every TAIL belongs to a run, each run has its
 *                       TAILs, `used` is what the owner words say, nothing is in use beyond the top
 *     guards stay       where a walker saw an object there is a block of that size for ever, so what he takes
 *                       for a guard is one
 *     all comes back    in the end nothing is in use but what the living have
 *
 * @module
 */
import { CLEARING, FREE, type HeapWords, type Piece, placeOf, RUN, SLAB, TAIL, usedIn } from './allocator.ts';
import type { State } from './allocator-world.ts';

export function isRun({ block }: Piece): boolean {
  return block < 0;
}

function extentsOf({ extent, count }: Piece): number[] {
  return Array.from({ length: count }, (_, i) => extent + i);
}

/** What must not be in the hands of two, and is. */
export function takenAway({ people, heap }: State): string | undefined {
  const held = people.filter(({ name }) => name !== 0);
  for (const { piece, name } of held) {
    const place = placeOf(heap, piece);
    if (place?.words[place.at] !== name) return 'a piece is taken from its owner';
  }
  const runs = held.flatMap(({ piece }) => (isRun(piece) ? extentsOf(piece) : []));
  const slabs = held.flatMap(({ piece }) => (isRun(piece) ? [] : [piece.extent]));
  const overlap = new Set(runs).size < runs.length || runs.some((extent) => slabs.includes(extent));
  return overlap ? 'two have one piece' : undefined;
}

/** What is not as it is derived, though the guard is free and clean. */
export function disorder(h: HeapWords): string | undefined {
  let covered = 0;
  for (const [e, kind] of h.kind.entries()) {
    if (kind === CLEARING) return 'a run is never cleared';
    if (kind !== FREE && e >= h.top) return 'an extent in use is beyond the top';
    if (kind === SLAB && h.used[e] !== usedIn(h, e)) return 'used is wrong';
    if ((kind === TAIL) !== e < covered) return 'a tail is where none should be, or none where one should';
    if (kind === RUN) covered = e + (h.count[e] as number);
  }
  return undefined;
}

/** Asked when all is given back that ever will be. */
export function leaked(h: HeapWords): string | undefined {
  const isEmpty = (kind: number, e: number): boolean =>
    kind === FREE || (kind === SLAB && usedIn(h, e) === 0);
  return h.kind.every(isEmpty) ? undefined : 'a piece never comes back';
}
