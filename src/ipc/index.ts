export type { Connection } from './connection.ts';
export {
  type FunctionCrossing,
  handlesIn,
  handlesSent,
  handlesTaken,
  learnFunctions,
  needsFunctions,
  pack,
  resolveFunctions,
  unpack,
} from './crossing.ts';
export { Lease } from './lease.ts';
export type { SharedMapOptions } from './map-options.ts';
export { Caller } from './line/caller.ts';
export type { Answer } from './line/frame-reader.ts';
export { Line } from './line/line.ts';
export { type Load, loadOf, Packed, packedOf } from './line/load.ts';
export { Overseer } from './line/overseer.ts';
export { Server } from './line/server.ts';
export { makeParcel, openParcel, parcelReference } from './parcel.ts';
export { pipe, type PipeConnection, type PipeOptions } from './pipe.ts';
export { Queue } from './queue.ts';
export type { QueueOptions } from './queue-options.ts';
export type { Scalar, ScalarValue, ScalarView } from './scalars.ts';
export { SharedArray } from './shared-array.ts';
export { SharedMap } from './shared-map.ts';
export { SharedMemory } from './shared-memory.ts';
export { Value } from './value.ts';
