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
export { makeParcel, openParcel, parcelReference } from './parcel.ts';
export { Queue } from './queue.ts';
export type { QueueOptions } from './queue-options.ts';
export type { Scalar, ScalarValue, ScalarView } from './scalars.ts';
export { SharedArray } from './shared-array.ts';
export { SharedMemory } from './shared-memory.ts';
export { Value } from './value.ts';
