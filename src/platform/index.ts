export {
  closeDescriptor,
  closeOnExec,
  dieWithWritersOf,
  hasHungUp,
  inodeOf,
  isByteLocked,
  makePipe,
  makeThreadPipe,
  reopen,
  reopenForSocket,
  tryLockByte,
  tryLockFile,
  unlockByte,
  writeByte,
} from './descriptors.ts';
export { FUTEX_STORE_AND_WAKE, futexWait, futexWake, STORE_ZERO, storeBit } from './futex.ts';
export { type Libc, libc } from './libc.ts';
export {
  createMemory,
  mapMemory,
  punchHole,
  reserveMemory,
  sizeOf,
  VIEW_LIMIT_BYTES,
  viewMemory,
} from './memory-map.ts';
export { type Brake, hold, holdSync, insideNative, makeBrake, useBrake } from './native-region.ts';
export {
  allProcesses,
  entryOf,
  isDeadLetter,
  isStoppedLetter,
  type MemoryHeld,
  memoryHeld,
  type ProcessEntry,
  type ProcessIdentity,
  startTimeOf,
  stillIs,
  type ThreadEntry,
  threadCpuMs,
  threadsOf,
  TICK_MS,
} from './process-table.ts';
export {
  bootMoment,
  type DescriptorPlace,
  findMemory,
  type FoundMemory,
  residentBytesOf,
  stateLetterOf,
  taskFactsOf,
  threadLettersOf,
} from './proc.ts';
export {
  affinityOf,
  niceOf,
  onlineCpus,
  pidNamespace,
  setAffinity,
  setNice,
} from './processes.ts';
export { holderOf, type PortHolder } from './port-holder.ts';
export { type Probe, probeSystem } from './probes.ts';
export { PENDING_INDEX, RobustList } from './robust-list.ts';
export {
  bindDatagrams,
  bindUnix,
  connectUnix,
  duplicate,
  listenInternet,
  listenOn,
  type ListenOptions,
  portOf,
  refuseSharing,
  type SocketRefusal,
  stopListening,
  UNIX_PATH_LIMIT,
} from './sockets.ts';
export { type Signalled, signalProcess } from './signals.ts';
export { type ReadText, type SystemFacts, systemFacts } from './system.ts';
