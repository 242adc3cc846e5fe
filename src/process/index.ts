import './functions.ts';

export type { StopOptions } from './ending.ts';
export type { Exit } from './exit.ts';
export {
  activeChildren,
  type CurrentProcess,
  currentProcess,
  type ParentProcess,
  parentProcess,
} from './family.ts';
export { isMain } from './main-guard.ts';
export type { MemoryOptions, ProcessCommon, ProcessOptions, SubclassOptions } from './options.ts';
export { Process } from './process.ts';
export type { ProcessState } from './state.ts';
export { ready, type Waitable, type WaitableObject, type WaitableProcess } from './ready.ts';
export { type StandbyOptions, standby } from './standby.ts';
export { type ProcessRow, processTable, tableOf } from './table.ts';
export type { SeenExit } from './exit.ts';
export type { StdioMode } from './stdio.ts';
export { type AnyFunction, task } from './task.ts';
export { Thread } from './thread.ts';
export { threadCount } from './thread-family.ts';
export type { ThreadCommon, ThreadOptions, ThreadSubclassOptions } from './thread-options.ts';
