/**
 * How requests and answers find each other: fields of dictionary headers.
 *
 *     field        in         value
 *     x_id         requests   a whole number, or text of at most 128 characters, chosen by who asks; need not be there
 *     x_reply_to   answers    the x_id of the request, as it came
 *     x_error      answers    { name, message, code?, stack? }: the request failed; there is no other result
 *
 * All other fields, and the body, are the users' own. A request without x_id is answered without x_reply_to, in order.
 *
 * @module
 */
import type { DictHeader } from '../../wire/index.ts';

export const ID = 'x_id';
export const REPLY_TO = 'x_reply_to';
export const ERROR = 'x_error';

const FIELDS: readonly string[] = [ID, REPLY_TO, ERROR];
const ID_LENGTH_MAX = 128;

export type RequestId = number | string;

/** The id of a request; undefined when it has none. @throws RangeError at one that cannot be sent back as it came */
export function idIn(header: DictHeader): RequestId | undefined {
  const id = header[ID];
  if (id === undefined || Number.isSafeInteger(id)) return id as number | undefined;
  if (typeof id === 'string' && id.length <= ID_LENGTH_MAX) return id;
  throw new RangeError(
    `Cannot answer the request as ${ID} must be a whole number up to 2^53 − 1, ` +
      `or text of at most ${ID_LENGTH_MAX} characters`,
  );
}

/** A header without our fields. */
export function withoutFields(header: DictHeader): Record<string, unknown> {
  return Object.fromEntries(Object.entries(header).filter(([name]) => !FIELDS.includes(name)));
}

/** @throws TypeError at a header that has our fields, or is none */
export function checkHeader(header: DictHeader): void {
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new TypeError('Cannot make a request as its header must be a plain object');
  const prototype: unknown = Object.getPrototypeOf(header);
  if (prototype !== null && prototype !== Object.prototype)
    throw new TypeError(
      'Cannot make a request as its header must be a plain object: ' +
        'of a message that was received, give header and body',
    );
  for (const name of FIELDS)
    if (Object.hasOwn(header, name))
      throw new TypeError(`Cannot make a request as the field ${name} is ours: choose another name`);
}
