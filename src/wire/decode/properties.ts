/**
 * Setting properties that a message names, so that no name means more than a name.
 *
 * @module
 */

/** How far beyond its number of entries an object's numeric keys may go before it is stored as a dictionary. */
const GAP_MAX = 64;
const FAR_INDEX = 0xfffffffd;
const ZERO = 0x30;
const NINE = 0x39;

// What every object inherits. Looked up here, since asking an object itself about a new string costs as much as all
// the rest.
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Whether a plain object inherits something of that name, so that assigning could call it, or be refused. */
export function isInherited(key: string): boolean {
  return INHERITED.has(key);
}

/** Gives a plain object a property of its own, whatever the name: `__proto__` and `constructor` are data here. */
export function put(object: object, key: string, value: unknown): void {
  if (INHERITED.has(key)) define(object, key, value);
  else (object as Record<string, unknown>)[key] = value;
}

/** Gives any object a property of its own. */
export function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Gives an object a property that a loop does not see, the way the engine does for `message` and `cause`. */
export function defineHidden(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: false, writable: true, configurable: true });
}

/**
 * Makes the engine store an object's numeric keys as a dictionary from now on. Otherwise a single far-off number makes
 * it reserve everything up to there, and a few bytes in a message could take a thousand times their size.
 */
export function storeSparsely(target: object, length?: number): void {
  Reflect.set(target, FAR_INDEX, undefined);
  Reflect.deleteProperty(target, FAR_INDEX);
  if (length !== undefined) Reflect.set(target, 'length', length);
}

/** Whether a numeric key is so far off that it calls for `storeSparsely`. */
export function isFarOff(key: string, entryCount: number): boolean {
  const index = indexOf(key);
  return index !== undefined && index > entryCount + GAP_MAX;
}

/** The number of the array element that a key names, if it names one. */
export function indexOf(key: string): number | undefined {
  const first = key.charCodeAt(0);
  if (!(first >= ZERO && first <= NINE)) return undefined;
  const index = Number(key) >>> 0;
  return String(index) === key && index !== 0xffffffff ? index : undefined;
}
