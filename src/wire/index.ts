export { decode } from './decode/decode.ts';
export { encode, type Encoded } from './encode/encode.ts';
export type { Incoming } from './decode/reader.ts';
export type { Outgoing } from './encode/writer.ts';
export { type Address, type Handle, linksOf } from './links.ts';
