import './functions.ts';

export type { Exit } from './exit.ts';
export {
  activeChildren,
  type CurrentProcess,
  currentProcess,
  type ParentProcess,
  parentProcess,
} from './family.ts';
export { isMain } from './main-guard.ts';
export { Process, type ProcessCommon, type ProcessOptions, type ProcessState } from './process.ts';
export { ready, type Waitable, type WaitableObject, type WaitableProcess } from './ready.ts';
export { type AnyFunction, task } from './task.ts';
