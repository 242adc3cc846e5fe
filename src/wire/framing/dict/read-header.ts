/**
 * Reads the text of a header, which may be from anybody.
 *
 * It has to be strict UTF-8, and a JSON object at most 32 levels deep: the engine reads any depth, but whoever walks
 * through the result afterwards would run out of stack. A byte order mark before it is taken off, as RFC 8259 allows
 * and as programs on Windows write it. Of equal keys the last one counts. `__proto__` stays a key like any other, which
 * is safe as long as nobody copies the object by assignment.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { DuodaoError, type Facts } from '../../../base/index.ts';
import { shown } from '../payload.ts';
import type { DictHeader } from './dict-message.ts';

/** Levels of objects and arrays in a header, itself included. */
export const DEPTH_MAX = 32;

export interface ReadHeader {
  readonly header: DictHeader;
  /** The length of the body. */
  readonly size: number;
}

/** Reads the bytes of a header. @throws DuodaoError `protocol` */
export function readHeader(bytes: Buffer): ReadHeader {
  if (!isUtf8(bytes)) throw malformed('is not UTF-8');
  if (isTooDeep(bytes)) throw malformed(`is nested deeper than ${DEPTH_MAX} levels`, { limit: DEPTH_MAX });
  const hasMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8', hasMark ? 3 : 0));
  } catch (error) {
    throw malformed('is not JSON', {}, error);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw malformed(`must be an object: it is ${shown(header)}`);
  return { header: header as DictHeader, size: fileSize(header) };
}

/** What a header says about the length of its body. */
function fileSize(header: object): number {
  if (!Object.hasOwn(header, 'file_size')) return 0;
  const size = (header as { file_size: unknown }).file_size;
  // Not Number.isInteger, which takes 1e38 for a whole number.
  if (Number.isSafeInteger(size) && (size as number) >= 0) return Math.abs(size as number);
  throw malformed(`has a file_size that is no whole number from 0 to 2^53 − 1: it is ${shown(size)}`, {
    field: 'file_size',
    value: shown(size),
  });
}

/** Looks at the brackets outside of strings; that they match is left to the parser. */
function isTooDeep(bytes: Buffer): boolean {
  // Each level needs two brackets.
  if (bytes.length < 2 * DEPTH_MAX) return false;
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isInString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isInString = false;
    } else if (byte === 0x22) isInString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > DEPTH_MAX) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}

function malformed(what: string, facts: Facts = {}, cause?: unknown): DuodaoError {
  const options = cause === undefined ? undefined : { cause };
  return new DuodaoError('protocol', `Cannot read the message: its header ${what}`, facts, options);
}
