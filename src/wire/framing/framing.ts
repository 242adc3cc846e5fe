/**
 * What a framing is: how messages lie in a stream of bytes, which has no boundaries of its own.
 *
 *     bytes ──push──▶ decoder ──next──▶ messages             message ──encode──▶ bytes
 *
 * Pure and push-style: a decoder knows no socket, no clock and no event loop. It is given what arrived, however that
 * was cut, and asked for messages until it has no more whole ones. So the one who asks decides how fast, and the same
 * bytes give the same messages whether they came one by one or all at once.
 *
 * @module
 */

/** How much a decoder takes before it refuses. Looked at before anything is reserved. */
export interface FrameLimits {
  /** The longest message, or body of one, in bytes. */
  readonly maxMessageBytes: number;
  /** The longest header in bytes, for framings that have headers. */
  readonly maxHeaderBytes: number;
}

/**
 * Finds messages in bytes. One for each connection.
 *
 * Every method throws `DuodaoError` with code `protocol` at bytes that break the format, and `over-limit` at a message
 * that is longer than the limits, as soon as that is known and before memory is reserved for it. After that the stream
 * has no boundaries any more: each further call throws the same.
 */
export interface FrameDecoder<In> {
  /** Gives it what arrived. It keeps the bytes by reference: they must not be changed afterwards. */
  push(bytes: Uint8Array): void;
  /** The next whole message; undefined when more bytes are needed, or after the last one. */
  next(): In | undefined;
  /**
   * Says that no more bytes will come. A message that this makes whole (raw bytes, a last line) comes from next().
   * @throws DuodaoError `protocol` in the middle of a message. What was whole before it comes from next() all the same.
   */
  end(): void;
  /** Bytes that it holds: of messages not yet asked for, and of one that is not whole. */
  readonly heldBytes: number;
  /** In the middle of a message, once next() has answered undefined: what a time limit for messages is about. */
  readonly isInside: boolean;
}

/** A decoder whose messages have a head, and a body that may be taken in pieces, before all of it is there. */
export interface BodyDecoder<Head, In> extends FrameDecoder<In> {
  /**
   * The head of the next message; undefined when more bytes are needed. Its body is to be taken by nextPiece() until
   * `bodyLeft` is 0, before next() or nextHead() is called again. The limit on messages is not applied to such a body,
   * as nobody holds it whole.
   */
  nextHead(): Head | undefined;
  /** The next bytes of the body, at least one; undefined when more are needed, or when `bodyLeft` is 0. */
  nextPiece(): Uint8Array | undefined;
  /** Bytes of the body that have not been taken yet; 0 between messages. */
  readonly bodyLeft: number;
  /** The head of the next message is not whole yet, or has not begun. */
  readonly isInHead: boolean;
}

/**
 * How messages lie in bytes.
 *
 * `Out` is what `send()` takes for a message, as a list of arguments: `[text]`, or `[header, body?]`. A framing of a
 * user's own takes one: what stands behind it says how long to wait.
 */
export interface Framing<In = unknown, Out extends readonly unknown[] = readonly unknown[]> {
  /** Which one it is, for people. */
  readonly name: string;
  /** Its options as plain data, so that it can be made again elsewhere; undefined for one of a user's own. */
  readonly spec?: FramingSpec | undefined;
  /** A decoder for one connection. */
  decoder(limits: FrameLimits): FrameDecoder<In>;
  /**
   * The bytes of a message, as a list of pieces to be written one after the other.
   *
   * @throws TypeError or RangeError at a message that this framing cannot carry; DuodaoError `over-limit` at one that
   * is longer than the limits. Nothing is to be written then.
   */
  encode(message: Out, limits: FrameLimits): Uint8Array[];
}

/** A framing of ours as plain data: `framingOf()` makes it again. */
export type FramingSpec =
  | { readonly kind: 'raw' }
  | { readonly kind: 'lines'; readonly newline: string; readonly encoding: 'utf8' | 'latin1' }
  | {
      readonly kind: 'length-prefixed';
      readonly bytes: number;
      readonly endian: 'little' | 'big';
      readonly signed: boolean;
    }
  | { readonly kind: 'dict-header' }
  | { readonly kind: 'python-connection' };
