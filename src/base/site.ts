/**
 * Where in the user's code we were called from.
 *
 * A stack costs microseconds, so this is asked only where somebody is about to wait, or wants to be told everything.
 *
 * @module
 */
import { HOME } from './home.ts';

const OURS: string = decodeURI(new URL(HOME).pathname);
const FRAMES = 30;
const FRAME = /^\s*at (?:(.*) \()?(?:file:\/\/)?(\/[^()]*|[^()]*:\d+:\d+)\)?$/;

/** File, line and column of the innermost call that is not ours, relative to the working directory; '' if unknown. */
export function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack } = new Error('where are we called from');
  Error.stackTraceLimit = limit;
  // A program may have its own ideas of a stack.
  return typeof stack === 'string' ? siteIn(stack) : '';
}

/** The first place in a stack that is neither ours nor of Node.js. */
export function siteIn(stack: string): string {
  for (const line of stack.split('\n')) {
    const place = FRAME.exec(line)?.[2];
    if (place === undefined || place.startsWith('node:')) continue;
    const path = decoded(place);
    if (path === '' || path.startsWith(OURS)) continue;
    const here = `${process.cwd()}/`;
    return path.startsWith(here) ? path.slice(here.length) : path;
  }
  return '';
}

/** A place as people write it; '' if it is none. */
function decoded(place: string): string {
  try {
    return decodeURI(place);
  } catch {
    return ''; // a percent sign that belongs to the name of a file
  }
}
