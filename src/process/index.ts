import './address/functions.ts';

export type { StopOptions } from './ending.ts';
export type { Exit } from './record/exit.ts';
export {
  activeChildren,
  type CurrentProcess,
  currentProcess,
  type ParentProcess,
  parentProcess,
} from './family.ts';
export { FIRST_GIVEN_FD } from './start/launch.ts';
export { isMain } from './start/main-guard.ts';
export type { MemoryOptions, ProcessCommon, ProcessOptions, SubclassOptions } from './options.ts';
export { Process } from './process.ts';
export type { ProcessState } from './record/state.ts';
export { ready, type Waitable, type WaitableObject, type WaitableProcess } from './ready.ts';
export { type StandbyOptions, standby } from './start/standby.ts';
export { onceEnded } from './runnable.ts';
export { type ProcessRow, processTable, tableOf } from './record/table.ts';
export type { SeenExit } from './record/exit.ts';
export type { StdioMode } from './start/stdio.ts';
export { type AnyFunction, task } from './address/task.ts';
export { Brake } from './system/brake.ts';
export { Thread } from './thread/thread.ts';
export { threadCount } from './thread/thread-family.ts';
export type { ThreadCommon, ThreadOptions, ThreadSubclassOptions } from './thread/thread-options.ts';
