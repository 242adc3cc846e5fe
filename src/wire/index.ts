export { decode } from './decode/decode.ts';
export type { Incoming } from './decode/linked-objects.ts';
export { hasPrivateFields } from './encode/classes.ts';
export { type Encoded, encode } from './encode/encode.ts';
export type { Outgoing } from './encode/linked-objects.ts';
export { type Address, type Handle, linksOf } from './links.ts';
export { CELL_WORDS_LIMIT, cellCursor, isScalar, readCell, writeCell } from './cells.ts';
