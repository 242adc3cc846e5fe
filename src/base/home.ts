/**
 * Where our own code lies: `src/` as it was written, `dist/` as it was built.
 *
 * The one place that knows how far a file of ours is from the top: what is built has other files than what was
 * written (scripts/build.js), and all of those that modules share lie in `dist/` itself.
 *
 * @module
 */

/** The folder with all of our own code, as a URL that ends with a slash. */
export const HOME: string = homeOf(import.meta.url);

/** What ends the names of our own modules: `.ts` or `.js`. */
export const FORM: string = /\.[a-z]+$/.exec(import.meta.url)?.[0] ?? '';

/** @param own - The URL of this file, or of the one that it was built into. */
export function homeOf(own: string): string {
  return new URL(/\/base\/home\.[jt]s$/.test(own) ? '../' : './', own).href;
}
