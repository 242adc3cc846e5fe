/**
 * Streams for tests: messages through a framing, cut as one likes.
 */
import { DuodaoError } from '../../../../src/base/index.ts';
import type { FrameDecoder, FrameLimits, Framing } from '../../../../src/wire/index.ts';

export const LIMITS: FrameLimits = { maxMessageBytes: 1 << 20, maxHeaderBytes: 1 << 16 };

/** The bytes of messages, one after the other. */
export function streamOf<Out extends readonly unknown[]>(
  framing: Framing<unknown, Out>,
  messages: readonly NoInfer<Out>[],
  limits: FrameLimits = LIMITS,
): Buffer {
  return Buffer.concat(messages.flatMap((message) => framing.encode(message, limits)));
}

/** All messages that a decoder has now. */
export function drain<In>(decoder: FrameDecoder<In>): In[] {
  const messages: In[] = [];
  for (;;) {
    const message = decoder.next();
    if (message === undefined) return messages;
    messages.push(message);
  }
}

/** The messages in these chunks, and after their end. Each chunk is in memory of its own. */
export function messagesIn<In>(
  framing: Framing<In>,
  chunks: Iterable<Uint8Array>,
  limits: FrameLimits = LIMITS,
): In[] {
  const decoder = framing.decoder(limits);
  const messages: In[] = [];
  for (const chunk of chunks) {
    decoder.push(Uint8Array.from(chunk));
    messages.push(...drain(decoder));
  }
  decoder.end();
  return [...messages, ...drain(decoder)];
}

/** Bytes in pieces of these sizes, over and over. */
export function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What came of reading bytes: the code of the error that ended it, or how many messages there were. */
export function outcome(decoder: FrameDecoder<unknown>, chunks: Iterable<Uint8Array>): string | number {
  let count = 0;
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      count += drain(decoder).length;
    }
    decoder.end();
    return count + drain(decoder).length;
  } catch (error) {
    if (error instanceof DuodaoError) return error.code;
    throw error;
  }
}
