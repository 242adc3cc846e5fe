/**
 * The message: how one value is laid out as bytes. Both halves of this room share this file and nothing else.
 *
 *     part     from            what
 *     header   0               sixteen bytes, see below
 *     body     16              the value: a tag, and what the tag says follows; then the parked insides (see below)
 *     buffers  header.buffers  count, then for each ArrayBuffer: start, byte length, that many bytes
 *     links    header.links    u32 handles, u32 addresses, 12 bytes for each handle, three strings for each address
 *
 * A part that has nothing to say is absent, and its offset is where the next part begins. The links come last and
 * have an offset of their own, so that `linksOf()` finds them without understanding the body.
 *
 *     header
 *     offset  size  type  field    meaning
 *     0       1     u8    magic    0xd7
 *     1       1     u8    version  1; a reader refuses any other
 *     2       2     u16   flags    0; a reader refuses any other
 *     4       4     u32   buffers  where the buffers begin, and the body ends
 *     8       4     u32   links    where the links begin
 *     12      4     u32   total    bytes of the whole message; a cut one is refused at once
 *
 * All numbers are little-endian. A *size* is a whole number up to 2^53 in seven-bit groups, lowest first, the high
 * bit set on all but the last. A *string* is a value whose tag is one of the three string tags.
 *
 *     tag        name       followed by
 *     0x80–0xff  -          nothing: the number 0–127 itself
 *     0x40–0x7f  -          a string of 0–63 characters below U+0100, one byte each
 *     0x01–0x04  undefined, null, true, false
 *     0x05–0x08  int8, int16, int32, float64
 *     0x09       bigint64   i64
 *     0x0a, 0x0b bigint, negative    size, and as many bytes of magnitude, highest first
 *     0x0c, 0x0d latin1, utf16       size in characters, then one or two bytes each
 *     0x0e       hole       nothing: no element here (arrays), or a property that went while we read (entries)
 *     0x0f       ref        size: the n-th object of this message, counted where its tag stands
 *     0x10       object     ▸ fields
 *     0x11       array      length ▸ that many values or holes
 *     0x12       named      the same, then entries: an array that has properties beside its elements
 *     0x13       sparse     length ▸ entries: an array that is mostly holes
 *     0x14, 0x15 map, set   ▸ size, then that many keys and values, or values
 *     0x16       date       f64 milliseconds, NaN when invalid
 *     0x17       regexp     string source, string flags
 *     0x18       boxed      the primitive: Object(1), Object('s'), Object(true), Object(1n)
 *     0x19       error      u8 class, u8 parts ▸ the parts, in order, then entries: see `ErrorPart`
 *     0x1a       buffer     size: index among the buffers
 *     0x1b       view       u8 class, size: index among the buffers, size: byte offset, size: length in elements
 *     0x1c       handle     size: index among the handles
 *     0x1d       function   size: index among the addresses
 *
 *     fields     size 0: entries · size 1: a new key list, then its values · size n + 2: values for key list n
 *     entries    size, then that many strings, each with its value
 *     key list   u16 hint, u16 bytes that follow, u8 keys, the keys as strings; numbered from 0 in a message
 *
 * **Depth.** At `NESTED_MAX` levels a container is written without its inside (what stands after ▸). The insides so
 * parked follow the value, oldest first, each as if at the top again. Both sides count alike, so nothing marks it,
 * no value is too deep, and no byte string can exhaust a reader's stack.
 *
 * **Size.** Every element costs at least a byte, so that a reader never reserves more than the length justifies.
 * The hint says where a reader may have the same key list from an earlier message; it is compared, not believed.
 *
 * @module
 */
import { DuodaoError, layout } from '../base/index.ts';

export const HEADER: {
  readonly [K in 'magic' | 'version' | 'flags' | 'buffers' | 'links' | 'total' | 'sizeBytes']: number;
} = layout('message header', 16, {
  magic: [0, 'u8'],
  version: [1, 'u8'],
  flags: [2, 'u16'],
  buffers: [4, 'u32'],
  links: [8, 'u32'],
  total: [12, 'u32'],
});
export const MAGIC = 0xd7;
export const VERSION = 1;

/** Levels of nesting before an inside is parked. A level takes up to ten frames, and a thousand fit into any stack. */
export const NESTED_MAX = 100;
/** Positions stay small integers below this, which is what keeps both sides fast. */
export const MESSAGE_BYTES_MAX: number = 2 ** 31 - 1;
/** The engine ends the process, without an error, on an object with some 2^24 properties. */
export const ENTRIES_MAX: number = 2 ** 23;
/** Keys in one list. Wider objects are dictionaries, and are written as entries. */
export const LIST_KEYS_MAX = 32;

export const UNDEFINED = 0x01;
export const NULL = 0x02;
export const TRUE = 0x03;
export const FALSE = 0x04;
export const INT8 = 0x05;
export const INT16 = 0x06;
export const INT32 = 0x07;
export const FLOAT64 = 0x08;
export const BIGINT64 = 0x09;
export const BIGINT = 0x0a;
export const BIGINT_NEGATIVE = 0x0b;
export const LATIN1 = 0x0c;
export const UTF16 = 0x0d;
export const HOLE = 0x0e;
export const REF = 0x0f;
export const OBJECT = 0x10;
export const ARRAY = 0x11;
export const ARRAY_NAMED = 0x12;
export const ARRAY_SPARSE = 0x13;
export const MAP = 0x14;
export const SET = 0x15;
export const DATE = 0x16;
export const REGEXP = 0x17;
export const BOXED = 0x18;
export const ERROR = 0x19;
export const BUFFER = 0x1a;
export const VIEW = 0x1b;
export const HANDLE = 0x1c;
export const FUNCTION = 0x1d;
export const SHORT_STRING = 0x40;
export const SMALL_INT = 0x80;

/** Which parts of an error follow, in this order; the entries come always. */
export const ErrorPart = { message: 1, stack: 2, name: 4, cause: 8, errors: 16 } as const;

/** The error classes that cross as themselves; an error's class byte is an index here. Append only. */
export const ERROR_CLASSES: readonly ErrorConstructor[] = [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError as unknown as ErrorConstructor,
  DuodaoError as unknown as ErrorConstructor,
];
export const AGGREGATE_ERROR = 7;
export const DUODAO_ERROR = 8;

/** What a view can be; a view's class byte is an index here. Append only. */
export const VIEW_CLASSES = [
  'DataView',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigUint64Array',
  'BigInt64Array',
  'Float16Array',
] as const;

/** The error for bytes that break this format. */
export function malformed(what: string): DuodaoError {
  return new DuodaoError('protocol', `Cannot read the message: ${what}`);
}
