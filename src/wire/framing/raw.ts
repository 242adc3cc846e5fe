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

class RawDecoder implements FrameDecoder<Buffer> {
  readonly isInside = false;
  readonly #most: number;
  /** The chunks not asked for, from #head on. */
  readonly #chunks: Buffer[] = [];
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
    this.#chunks.push(asBuffer(bytes));
    this.#heldBytes += bytes.length;
  }

  next(): Buffer | undefined {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return undefined;
    if (chunk.length > this.#most) {
      this.#chunks[this.#head] = chunk.subarray(this.#most);
      this.#heldBytes -= this.#most;
      return chunk.subarray(0, this.#most);
    }
    this.#heldBytes -= chunk.length;
    this.#head++;
    // Moved up when half of them are gone, so that each is moved once, and nothing that is gone is held for long.
    if (this.#head * 2 >= this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
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
  encode: ([bytes]) => framed(0, bytes, sizeOf(bytes)).filter((piece) => piece.length > 0),
};

/** Whatever arrives, as it arrives: bytes without boundaries. */
export function raw(): Framing<Buffer, readonly [bytes: Payload]> {
  return RAW;
}
