/**
 * Shared objects that are found by name, anywhere in the tree.
 *
 * The name is written into the object's own header, by one store of a flag, inside the guard of names: whoever comes
 * first makes it, everybody later finds it. There is no table that could disagree with the objects.
 *
 * @module
 */
import { openFace } from './faces.ts';
import { here } from './here.ts';
import { kindOf } from './kinds.ts';
import { labelFits } from './label.ts';
import { NAME_LIMIT_BYTES, NAMED, type SharedObject } from './object.ts';

/** Refuses what cannot be a name or a label. */
export function checkName(what: string, name: unknown): asserts name is string {
  if (typeof name !== 'string')
    throw new TypeError(`Cannot name a ${what} as the name must be a string: it is ${typeof name}`);
  if (name === '') throw new RangeError(`Cannot name a ${what} as the name is empty`);
  if (/\p{Surrogate}/u.test(name))
    throw new RangeError(`Cannot name a ${what} as the name is half a character: it is "${name}"`);
  if (!labelFits(name, NAME_LIMIT_BYTES + 1)) {
    throw new RangeError(
      `Cannot name a ${what} as the name must fit ${NAME_LIMIT_BYTES} bytes of UTF-8: it is "${name}"`,
    );
  }
}

function find(name: string): SharedObject | undefined {
  for (const object of here().objects.all()) if (object.flags & NAMED && object.label === name) return object;
  return undefined;
}

/**
 * The face of the object with this name: found, or made by `make`.
 *
 * @throws TypeError when the name belongs to an object of another kind.
 */
export function findOrMake(kind: number, name: string, make: () => SharedObject): object {
  const { objects, names } = here();
  let found = find(name);
  if (!found) {
    // Made first, as one thread is inside one guard at a time; given up again if somebody else was faster.
    const fresh = make();
    names.take();
    try {
      found = find(name);
      if (!found) {
        fresh.label = name;
        fresh.flags |= NAMED; // the commit
      }
    } finally {
      names.give();
    }
    if (!found) found = fresh;
  }
  if (found.kind !== kind) {
    const [wanted, actual] = [kindOf(kind)?.name ?? kind, kindOf(found.kind)?.name ?? found.kind];
    throw new TypeError(`Cannot open the ${wanted} "${name}" as there is a ${actual} of that name`);
  }
  // One face for all who ask in this thread, as an object's waits have one place.
  return openFace(objects.referenceOf(found, kind));
}
