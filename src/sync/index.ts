export { Held } from './held.ts';
export { Lock, type LockOptions, openLock } from './lock.ts';
export { LOCK_BYTES, reapLock, repairLock } from './lock-body.ts';
