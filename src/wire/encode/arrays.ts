/**
 * Two questions about an array that the language only answers in time proportional to its length.
 *
 * @module
 */
import { inspect } from 'node:util';
import { ENTRIES_MAX } from '../format.ts';

/** Arrays up to this length are asked for their keys; longer ones are looked at first. */
const ASKED_MAX = 32;
/** Arrays up to this length are written hole by hole. */
const HOLES_MAX = 1024;
const PROBES = 64;

const SUMMARY = {
  maxArrayLength: 0,
  depth: 0,
  customInspect: false,
  breakLength: Number.POSITIVE_INFINITY,
} as const;

/**
 * The keys of an array's properties beside its elements, or `undefined` when it has none (nearly always).
 *
 * `Object.keys` makes a string for each element. Node's own `inspect` asks the engine for the other keys alone, in
 * constant time; when it has nothing to tell but the number of elements, there are none. Whatever else it says
 * only means that we look ourselves, so nothing rests on its wording but speed.
 */
export function namedKeys(array: readonly unknown[]): readonly string[] | undefined {
  const { length } = array;
  if (length > ASKED_MAX && inspect(array, SUMMARY) === `[ ... ${length} more items ]`) return undefined;
  const keys = Object.keys(array);
  // Elements come first, so that the last key tells.
  if (keys.length === 0 || isIndex(keys[keys.length - 1]!)) return undefined;
  return keys.filter((key) => !isIndex(key));
}

/**
 * All keys of an array that is mostly holes, and so better written by its keys; `undefined` for any other. Holes are
 * found by samples, since counting two thousand million of them would take minutes. A wrong guess costs a byte a
 * hole, and nothing else.
 */
export function sparseKeys(array: readonly unknown[]): readonly string[] | undefined {
  const { length } = array;
  if (length <= HOLES_MAX) return undefined;
  let holes = 0;
  for (let probe = 0; probe < PROBES; probe++)
    if (!Object.hasOwn(array, Math.floor((probe * length) / PROBES))) holes++;
  if (holes <= PROBES / 2) return undefined;
  const keys = Object.keys(array);
  return keys.length > ENTRIES_MAX ? undefined : keys;
}

/** Whether a property's name is that of an array element. */
function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return String(index) === key && index !== 0xffffffff;
}
