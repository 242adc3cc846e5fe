/**
 * The door `duodao/sync`: what is needed less often than the names at the root. The other rooms come in by index.ts.
 *
 * @module
 */
export {
  Banker,
  type BankerOptions,
  type BankerStats,
  type ClaimOptions,
  type ClaimState,
} from './banker.ts';
export type { Amounts, Counts } from './banker-amounts.ts';
export { Claim } from './banker-claim.ts';
export { Once, type OnceOptions, type OnceStats } from './once.ts';
export { ReadWriteLock, type ReadWriteLockOptions, type ReadWriteLockStats } from './read-write-lock.ts';
export { ReadWriteHeld } from './read-write-lock-held.ts';
