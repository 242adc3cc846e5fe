/**
 * The receiving side of a connection without one: what it says is written down.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { Ending } from '../../../../src/net/connection/ending.ts';
import { Incoming, type IncomingEars } from '../../../../src/net/connection/incoming.ts';
import { type FrameDecoder, type FrameLimits, lengthPrefixed, lines } from '../../../../src/wire/index.ts';

export const LIMITS: FrameLimits = { maxMessageBytes: 2 ** 20, maxHeaderBytes: 1000 };
export const OVER: Ending = new Ending('closed', 'the other side has ended');
export const CLOSING: Ending = new Ending('closed', 'the server is closing');
export const LOST: Ending = new Ending('broken', 'the connection was lost');
export const READ_AHEAD: number = 128 * 1024;

export interface Heard {
  readonly said: string[];
  held: number;
  broke: Ending[];
}

export function incoming<In>(decoder: FrameDecoder<In>): Heard & { readonly line: Incoming<In> } {
  const heard: Heard = { said: [], held: 0, broke: [] };
  const ears: IncomingEars = {
    rest: () => void heard.said.push('rest'),
    goOn: () => void heard.said.push('go on'),
    held: (change, now) => {
      heard.held += change;
      assert.equal(heard.held, now, 'what changed adds up to what is');
    },
    took: () => void heard.said.push('took'),
    broke: (why) => void heard.broke.push(why),
  };
  return Object.assign(heard, { line: new Incoming(decoder, ears) });
}

export const ofLines: () => ReturnType<typeof incoming<string>> = () => incoming(lines().decoder(LIMITS));
export const ofBytes: () => ReturnType<typeof incoming<Buffer>> = () =>
  incoming(lengthPrefixed().decoder(LIMITS));
export const bytes: (text: string) => Buffer = (text) => Buffer.from(text);
/** A decoder of a user's own, whose messages are single bytes. */
export function ownDecoder(changes: Partial<FrameDecoder<number>> = {}): FrameDecoder<number> {
  const held: number[] = [];
  const own = {
    push: (some: Uint8Array) => void held.push(...some),
    next: () => held.shift(),
    end: () => undefined,
    get heldBytes() {
      return held.length;
    },
    isInside: false,
  };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(changes));
}
