/**
 * What a server and its workers say to each other.
 *
 * @module
 */

/** Stop: take nothing new, let what is at work end, and end the rest after so many milliseconds. */
export interface StopOrder {
  readonly stop: number;
}

/** It accepts; or it could not begin, and why. */
export type WorkerWord = { readonly ready: true } | { readonly failed: unknown };
