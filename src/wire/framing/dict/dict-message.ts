/**
 * A message with a header that says what its body is.
 *
 * @module
 */

/**
 * A header. `file_size`, when it is there, is the length of the body. What came from another program is its word and no
 * more: copy fields that you know by name, since `__proto__` may be a key like any other.
 */
export type DictHeader = Readonly<Record<string, unknown>>;

/** A header and its body, as received; sending it sends the same once more. */
export class DictMessage {
  readonly header: DictHeader;
  readonly body: Buffer;

  constructor(header: DictHeader, body: Buffer) {
    this.header = header;
    this.body = body;
  }
}

/** Whether a value is a received message. */
export function isDictMessage(value: unknown): value is DictMessage {
  return value instanceof DictMessage;
}
