/**
 * A message is a header, which is a JSON object and says how long the body is, and a body.
 *
 *     part     bytes      meaning
 *     length   4          int32, little-endian: bytes of the header; more than 0, and within the limit
 *     header   length     UTF-8, a JSON object; `file_size` is a whole number from 0, and 0 when it is absent
 *     body     file_size  anything
 *
 * Byte for byte what `struct.pack('i', len(header))` and `json.dumps` make in Python on the usual machines, so that
 * programs in any language can take part. Fields known beside `file_size` are `file_name`, `file_desc` and `file_info`;
 * ours begin with `x_`, and a peer that sends none of them is served.
 *
 * @module
 */
import type { BodyDecoder, FrameLimits, Framing } from '../framing.ts';
import { tooLong } from '../message-decoder.ts';
import { COPIED_BYTES_MAX, type Payload, sizeOf } from '../payload.ts';
import { DictDecoder } from './dict-decoder.ts';
import { type DictHeader, type DictMessage, isDictMessage } from './dict-message.ts';
import { headBefore } from './write-header.ts';

/** What `send()` takes: a header and a body, or a message as it was received. */
export type DictArguments = readonly [header: DictHeader, body?: Payload] | readonly [message: DictMessage];

export interface DictFraming extends Framing<DictMessage, DictArguments> {
  decoder(limits: FrameLimits): BodyDecoder<DictHeader, DictMessage>;
}

const DICT: DictFraming = {
  name: 'dict',
  spec: { kind: 'dict-header' },
  decoder: (limits) => new DictDecoder(limits),
  encode: ([first, second], limits) => {
    if (!isDictMessage(first)) return encode(first, second === undefined ? '' : second, limits);
    if (second === undefined) return encode(first.header, first.body, limits);
    throw new TypeError('Cannot send the message as it has a body already: current value is a DictMessage');
  },
};

/** Messages with a header that says what they are. */
export function dictHeader(): DictFraming {
  return DICT;
}

function encode(header: DictHeader, body: Payload, limits: FrameLimits): Uint8Array[] {
  const size = sizeOf(body);
  if (size > limits.maxMessageBytes) throw tooLong('send', 'its body', size, limits.maxMessageBytes);
  if (size > COPIED_BYTES_MAX)
    return [headBefore(header, size, limits, 0), typeof body === 'string' ? Buffer.from(body) : body];
  const frame = headBefore(header, size, limits, size);
  if (typeof body === 'string') frame.write(body, frame.length - size);
  else frame.set(body, frame.length - size);
  return [frame];
}
