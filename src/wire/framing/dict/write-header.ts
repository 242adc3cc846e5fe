/**
 * Writes headers: JSON, and nothing that JSON would change on the way.
 *
 * What has another form in JSON, or none (undefined, functions, BigInt, NaN, dates, maps, objects of a class, holes),
 * is refused with the path to it, rather than dropped or rewritten as `JSON.stringify` does. −0 alone goes as 0.
 *
 * Keys keep their order. `file_size` is put at the end if it is not there.
 *
 * @module
 */
import { property } from '../../encode/refusal.ts';
import type { FrameLimits } from '../framing.ts';
import { writeUint } from '../length-prefixed.ts';
import { tooLong } from '../message-decoder.ts';
import { shown } from '../payload.ts';
import type { DictHeader } from './dict-message.ts';
import { DEPTH_MAX } from './read-header.ts';

/** Bytes of the length before a header. */
export const LENGTH_BYTES = 4;
/** The longest header that the length can say. */
const HEADER_BYTES_MAX = 2 ** 31 - 1;

/**
 * The head of a message, length and header, whose body of `size` bytes is written by somebody else.
 *
 * The limit on messages is not applied to it, as nobody needs to hold that body whole.
 *
 * @throws TypeError or RangeError at a header that cannot be sent; DuodaoError `over-limit` at one that is too long
 */
export function encodeHead(header: DictHeader, size: number, limits: FrameLimits): Uint8Array {
  return headBefore(header, size, limits, 0);
}

/** The same, with room for some bytes behind it. */
export function headBefore(header: DictHeader, size: number, limits: FrameLimits, room: number): Buffer {
  const text = headerText(header, size);
  const bytes = Buffer.byteLength(text);
  const limit = Math.min(limits.maxHeaderBytes, HEADER_BYTES_MAX);
  if (bytes > limit) throw tooLong('send', 'its header', bytes, limit);
  const head = Buffer.allocUnsafe(LENGTH_BYTES + bytes + room);
  writeUint(head, 0, bytes, LENGTH_BYTES, false);
  head.write(text, LENGTH_BYTES);
  return head;
}

function headerText(header: DictHeader, size: number): string {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new RangeError(
      `Cannot send a body as its size must be a whole number from 0 to 2^53 − 1: current value is ${shown(size)}`,
    );
  if (!isPlain(header))
    throw new TypeError(
      `Cannot send the message as its header must be a plain object: current value is ${shown(header)}`,
    );
  check(header, [], []);
  const text = JSON.stringify(header);
  if (!Object.hasOwn(header, 'file_size'))
    return text === '{}' ? `{"file_size":${size}}` : `${text.slice(0, -1)},"file_size":${size}}`;
  if (header['file_size'] === size) return text;
  throw new RangeError(
    `Cannot send the message as file_size must be the length of its body, ${size}: ` +
      `current value is ${shown(header['file_size'])}`,
  );
}

/** Refuses what JSON would change. */
function check(value: unknown, containers: object[], steps: (string | number)[]): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(value, steps);
    return;
  }
  if (typeof value !== 'object') throw notJson(value, steps);
  if (containers.includes(value))
    throw new TypeError(`Cannot send the message as ${path(steps)} must not be inside of itself`);
  if (containers.length === DEPTH_MAX)
    throw new RangeError(
      `Cannot send the message as its header must not be nested deeper than ${DEPTH_MAX} levels: ${path(steps)} is`,
    );
  containers.push(value);
  if (Array.isArray(value)) {
    // Holes make it fewer, and properties beside the elements more.
    if (Object.keys(value).length !== value.length) throw notJson(value, steps);
    for (let index = 0; index < value.length; index++) {
      steps.push(index);
      check(value[index], containers, steps);
      steps.pop();
    }
  } else {
    if (!isPlain(value) || Object.getOwnPropertySymbols(value).length > 0) throw notJson(value, steps);
    for (const key of Object.keys(value)) {
      steps.push(key);
      check((value as Record<string, unknown>)[key], containers, steps);
      steps.pop();
    }
  }
  containers.pop();
}

/** An object without a class, of this realm or another. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function notJson(value: unknown, steps: readonly (string | number)[]): TypeError {
  return new TypeError(
    `Cannot send the message as ${path(steps)} must be what JSON can carry: current value is ${shown(value)}`,
  );
}

function path(steps: readonly (string | number)[]): string {
  return `header${steps.map((step) => (typeof step === 'number' ? `[${step}]` : property(step))).join('')}`;
}
