export { Held } from './held.ts';
export { Lock, type LockOptions, lockOf } from './lock.ts';
export { LOCK_BYTES, reapLock, repairLock } from './lock-body.ts';
