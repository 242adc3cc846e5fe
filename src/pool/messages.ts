/**
 * What pool and worker say to each other: the types of frames on their line.
 *
 * @module
 */

/** Requests. Word 1 of the frame is the number that the pool has given to the function. */
export const CALL = 1;
/** The same, and the function itself, which the worker is to know by that number from now on: `[fn, args]`. */
export const INTRODUCE = 2;

/** Answers. Each request is answered by one of the first two. */
export const VALUE = 1;
export const ERROR = 2;
/** What a task said while it ran. */
export const PROGRESS = 3;
export const PART = 4;
/** Of the worker itself: it can begin. */
export const READY = 5;
/** Its initializer failed. */
export const BROKEN = 6;
