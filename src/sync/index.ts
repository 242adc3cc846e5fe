export {
  Banker,
  type BankerOptions,
  type BankerStats,
  type ClaimOptions,
  type ClaimState,
} from './banker.ts';
export type { Amounts, Counts } from './banker-amounts.ts';
export { Claim } from './banker-claim.ts';
export { Barrier, type BarrierStats } from './barrier.ts';
export type { BarrierAction, BarrierCause, BarrierOptions } from './barrier-options.ts';
export { BoundedSemaphore } from './bounded-semaphore.ts';
export { Condition, type ConditionOptions, type ConditionStats } from './condition.ts';
export { Event, type EventOptions, type EventStats } from './event.ts';
export { Held } from './held.ts';
export { tellLock } from './holders.ts';
export { pidsInTheWay } from './in-the-way.ts';
export { Lock, lockOf } from './lock.ts';
export type { LockOptions } from './lock-options.ts';
export { LOCK_BYTES, type LockStats, reapLock, repairLock } from './lock-body.ts';
export { Once, type OnceOptions, type OnceStats } from './once.ts';
export { ReadWriteLock, type ReadWriteLockOptions, type ReadWriteLockStats } from './read-write-lock.ts';
export { ReadWriteHeld } from './read-write-lock-held.ts';
export { RLock } from './rlock.ts';
export { Semaphore, type SemaphoreOptions, type SemaphoreStats } from './semaphore.ts';
export { Permit } from './semaphore-permit.ts';
export type { LockWait, LockWaitSync, Within } from './strand.ts';
