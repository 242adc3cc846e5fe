export { DuodaoError, type ErrorCode, type Facts, type Wait, type WaitSync } from './base/index.ts';
export {
  type Connection,
  Lease,
  pipe,
  type PipeConnection,
  type PipeOptions,
  Queue,
  type QueueOptions,
  type Scalar,
  type ScalarValue,
  type ScalarView,
  SharedArray,
  SharedMap,
  type SharedMapOptions,
  SharedMemory,
  Value,
} from './ipc/index.ts';
export type { Participant } from './memory/index.ts';
export {
  type AnyFunction,
  activeChildren,
  type CurrentProcess,
  currentProcess,
  type Exit,
  isMain,
  type ParentProcess,
  Process,
  type ProcessCommon,
  type ProcessOptions,
  type ProcessState,
  parentProcess,
  ready,
  task,
  type Waitable,
  type WaitableObject,
  type WaitableProcess,
} from './process/index.ts';
export { Held, Lock, type LockOptions } from './sync/index.ts';
