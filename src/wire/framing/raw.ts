/**
 * No framing at all: whatever arrives is a message, as it was cut on the way.
 *
 * There is nothing that could be wrong in it. The limit on messages is no reason to refuse anything either, as nobody
 * said how long a message is: what arrives is cut to it, and what is sent is not looked at.
 *
 * @module
 */
import { assert } from '../../base/index.ts';
import { asBuffer } from './byte-queue.ts';
import type { FrameDecoder, FrameLimits, Framing } from './framing.ts';
import { framed, type Payload, sizeOf } from './payload.ts';

const NOTHING: Buffer = Buffer.alloc(0);

class RawDecoder implements FrameDecoder<Buffer> {
  readonly isInside = false;
  readonly #most: number;
  /** The next chunk, and those behind it, from #head on. Mostly there are none. */
  #next: Buffer | undefined;
  #chunks: Buffer[] | undefined;
  #head = 0;
  #heldBytes = 0;
  #hasEnded = false;

  constructor(limits: FrameLimits) {
    this.#most = Math.max(1, limits.maxMessageBytes);
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  push(bytes: Uint8Array): void {
    assert(!this.#hasEnded, 'nothing arrives after the end of a stream');
    if (bytes.length === 0) return;
    this.#heldBytes += bytes.length;
    if (this.#next) (this.#chunks ??= []).push(asBuffer(bytes));
    else this.#next = asBuffer(bytes);
  }

  next(): Buffer | undefined {
    const chunk = this.#next;
    if (chunk === undefined) return undefined;
    if (chunk.length > this.#most) {
      this.#next = chunk.subarray(this.#most);
      this.#heldBytes -= this.#most;
      return chunk.subarray(0, this.#most);
    }
    this.#heldBytes -= chunk.length;
    this.#next = this.#shift();
    return chunk;
  }

  /** The chunk behind the next one. */
  #shift(): Buffer | undefined {
    const chunks = this.#chunks;
    const chunk = chunks?.[this.#head];
    if (!chunks || !chunk) return undefined;
    chunks[this.#head++] = NOTHING;
    if (this.#head === chunks.length) this.#chunks = undefined;
    else if (this.#head >= 64 && this.#head * 2 >= chunks.length) chunks.splice(0, this.#head);
    else return chunk;
    this.#head = 0;
    return chunk;
  }

  end(): void {
    this.#hasEnded = true;
  }
}

const RAW: Framing<Buffer, readonly [bytes: Payload]> = {
  name: 'raw',
  spec: { kind: 'raw' },
  decoder: (limits) => new RawDecoder(limits),
  encode: ([bytes]) => {
    if (Buffer.isBuffer(bytes)) return bytes.length > 0 ? [bytes] : [];
    return framed(0, bytes, sizeOf(bytes)).filter((piece) => piece.length > 0);
  },
};

/** Whatever arrives, as it arrives: bytes without boundaries. */
export function raw(): Framing<Buffer, readonly [bytes: Payload]> {
  return RAW;
}
