export {
  closeOnExec,
  dieWithWritersOf,
  hasHungUp,
  inodeOf,
  isByteLocked,
  makePipe,
  reopen,
  tryLockByte,
  unlockByte,
  writeByte,
} from './descriptors.ts';
export { futexStoreAndWake, futexWait, futexWake } from './futex.ts';
export { libc } from './libc.ts';
export {
  createMemory,
  mapMemory,
  punchHole,
  reserveMemory,
  sizeOf,
  VIEW_LIMIT_BYTES,
  viewMemory,
} from './memory-map.ts';
export {
  affinityOf,
  niceOf,
  pidNamespace,
  setAffinity,
  setNice,
  startTimeOf,
  stateLetterOf,
} from './processes.ts';
export { PENDING_INDEX, RobustList } from './robust-list.ts';
