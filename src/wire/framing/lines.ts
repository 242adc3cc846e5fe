/**
 * A message is a line of text: what lies before a newline.
 *
 * The newline is taken off; where it is `\n`, so is one `\r` before it, since half the world ends its lines with both.
 * What is left at the end of the stream without a newline is a line as well. Bytes that are no UTF-8 are refused rather
 * than replaced; `latin1` takes every byte.
 *
 * What could not arrive as it was is refused when it is sent: text in which the newline comes, or begins, too early,
 * text whose own `\r` at the end would be taken off, half surrogate pairs, and characters that the encoding lacks.
 *
 * @module
 */
import { constants, isUtf8 } from 'node:buffer';
import { DuodaoError } from '../../base/index.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { FrameLimits, Framing } from './framing.ts';
import { type Grammar, MessageDecoder, tooLong } from './message-decoder.ts';
import { shown, wellFormed } from './payload.ts';

export interface LinesOptions {
  /** What ends a line: `\n` unless it is said. */
  readonly newline?: string;
  /** `utf8` unless it is said. */
  readonly encoding?: 'utf8' | 'latin1';
}

type Encoding = 'utf8' | 'latin1';

const NEWLINE_BYTES_MAX = 16;
const CARRIAGE_RETURN = 0x0d;

class LineGrammar implements Grammar<string> {
  readonly isInside = false;
  readonly #newline: Buffer;
  readonly #encoding: Encoding;
  readonly #isLineFeed: boolean;
  readonly #limit: number;

  constructor(newline: Buffer, encoding: Encoding, limit: number) {
    this.#newline = newline;
    this.#encoding = encoding;
    this.#isLineFeed = newline.length === 1 && newline[0] === 0x0a;
    this.#limit = Math.min(limit, constants.MAX_STRING_LENGTH);
  }

  take(queue: ByteQueue): string | undefined {
    const found = queue.search(this.#newline);
    if (found < 0) {
      // So many bytes may be here without a newline when the line is just as long as it may be.
      const most = this.#limit + this.#newline.length - (this.#isLineFeed ? 0 : 1);
      if (queue.length > most) throw tooLong('read', 'the line', queue.length, this.#limit);
      return undefined;
    }
    const bytes = queue.take(found);
    queue.skip(this.#newline.length);
    const hasReturn = this.#isLineFeed && found > 0 && bytes[found - 1] === CARRIAGE_RETURN;
    return this.#text(bytes, hasReturn ? found - 1 : found);
  }

  finish(queue: ByteQueue): string {
    const rest = queue.take(queue.length);
    return this.#text(rest, rest.length);
  }

  #text(bytes: Buffer, count: number): string {
    if (count > this.#limit) throw tooLong('read', 'the line', count, this.#limit);
    if (this.#encoding === 'latin1') return bytes.toString('latin1', 0, count);
    if (!isUtf8(bytes))
      throw new DuodaoError('protocol', 'Cannot read the line: it is not UTF-8', { bytes: count });
    return bytes.toString('utf8', 0, count);
  }
}

/** Lines of text. */
export function lines(options: LinesOptions = {}): Framing<string, readonly [line: string]> {
  const { newline = '\n', encoding = 'utf8' } = options;
  if (encoding !== 'utf8' && encoding !== 'latin1')
    throw new RangeError(
      `Cannot make lines as encoding must be 'utf8' or 'latin1': current value is ${shown(encoding)}`,
    );
  const bytes = newlineBytes(newline, encoding);
  return {
    name: 'lines',
    spec: { kind: 'lines', newline, encoding },
    decoder: (limits) => new MessageDecoder(new LineGrammar(bytes, encoding, limits.maxMessageBytes)),
    encode: ([line], limits) => encode(line, newline, encoding, limits),
  };
}

function newlineBytes(newline: unknown, encoding: Encoding): Buffer {
  const problem = 'Cannot make lines as newline must be';
  if (typeof newline !== 'string')
    throw new TypeError(`${problem} a string: current value is ${shown(newline)}`);
  const bytes = Buffer.from(newline, encoding);
  if (bytes.length < 1 || bytes.length > NEWLINE_BYTES_MAX)
    throw new RangeError(`${problem} 1 to ${NEWLINE_BYTES_MAX} bytes: current value is ${shown(newline)}`);
  if (bytes.toString(encoding) !== newline)
    throw new RangeError(`${problem} text that ${encoding} can carry: current value is ${shown(newline)}`);
  return bytes;
}

function encode(line: unknown, newline: string, encoding: Encoding, limits: FrameLimits): Uint8Array[] {
  if (typeof line !== 'string')
    throw new TypeError(`Cannot send the line as it must be a string: current value is ${shown(line)}`);
  const text = line + newline;
  if (text.indexOf(newline) !== line.length)
    throw new RangeError(
      `Cannot send the line as it must not hold a newline: current value is ${shown(line)}`,
    );
  if (newline === '\n' && line.endsWith('\r'))
    throw new RangeError(
      `Cannot send the line as a carriage return at its end would be taken off: current value is ${shown(line)}`,
    );
  if (encoding === 'utf8') wellFormed(line);
  else if (/[^\0-\xff]/.test(line))
    throw new RangeError(
      `Cannot send the line as latin1 has characters up to U+00FF only: current value is ${shown(line)}`,
    );
  const bytes = Buffer.from(text, encoding);
  const size = bytes.length - Buffer.byteLength(newline, encoding);
  if (size > limits.maxMessageBytes) throw tooLong('send', 'the line', size, limits.maxMessageBytes);
  return [bytes];
}
