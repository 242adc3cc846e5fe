export { decode } from './decode/decode.ts';
export type { Incoming } from './decode/linked-objects.ts';
export { hasPrivateFields } from './encode/classes.ts';
export { type Encoded, encode } from './encode/encode.ts';
export type { Outgoing } from './encode/linked-objects.ts';
export { type Address, type Handle, linksOf } from './links.ts';
export { CELL_WORDS_LIMIT, cellCursor, isScalar, readCell, writeCell } from './cells.ts';
export { dictHeader, type DictArguments, type DictFraming } from './framing/dict/dict-header.ts';
export { type DictHeader, DictMessage, isDictMessage } from './framing/dict/dict-message.ts';
export { encodeHead } from './framing/dict/write-header.ts';
export type { BodyDecoder, FrameDecoder, FrameLimits, Framing, FramingSpec } from './framing/framing.ts';
export { lengthPrefixed, type LengthPrefixedOptions } from './framing/length-prefixed.ts';
export { lines, type LinesOptions } from './framing/lines.ts';
export { framingNamed } from './framing/name.ts';
export type { Payload } from './framing/payload.ts';
export {
  pythonConnection,
  type PythonConnectionOptions,
  type PythonFraming,
  type PythonKey,
} from './framing/python/python-connection.ts';
export { raw } from './framing/raw.ts';
export { framingOf } from './framing/spec.ts';
export {
  PythonAuth,
  type PythonAuthOptions,
  type PythonAuthStep,
} from './framing/python/python-auth.ts';
