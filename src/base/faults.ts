/**
 * Fault points: named places in the core where a test can have this very thread killed or stopped.
 *
 *     DUODAO_FAULT='guard.taken:3'          SIGKILL at the third time this process comes by
 *     DUODAO_FAULT='guard.taken:3:SIGSTOP'  another signal
 *
 * A process reads its fault when it loads; tests may set one later by setFault(). Without a fault the points cost a
 * test of a constant, which the compiler removes.
 *
 * @module
 */

/** All points there are, by number: the place in this list. */
export const FAULT_POINTS = [
  'guard.pending', //        the guard is announced to the kernel, not yet taken
  'guard.taken', //          taken, nothing changed yet
  'guard.waiting', //        marked as waited for, not yet asleep
  'guard.woken', //          woken from the futex
  'guard.leaving', //        everything changed, not yet given back
  'guard.contended', //      about to give it back with a system call
  'guard.left', //           given back, still announced
  'bell.counted', //         the bell is counted, its sleeper not yet woken
  'bell.rung', //            the sleeper is woken
  'waits.rung', //           all are rung, the set not yet emptied
  'waits.emptied', //        the set is emptied, the change not yet made
  'waiting.registered', //   in the wait set, not yet asleep
  'waiting.woken', //        woken, not yet looking again
  'slots.reserved', //       the slot is JOINING
  'slots.linked', //         the life word is linked, the slot not yet LIVE
  'heap.taken', //           a piece is ours, its user does not know yet
  'heap.clearing', //        a run is CLEARING, its pages not yet given back
  'heap.punched', //         its pages are given back, the run not yet FREE
  'heap.given', //           a block is FREE, not yet counted
  'object.built', //         an object is complete, not yet published
  'object.published', //     published, its run not yet handed over
  'object.dying', //         DYING, nothing taken down yet
  'object.emptied', //       its data are given back, its block not yet
  'object.sent', //          a handle is counted, its message not yet committed
  'object.reaping', //       inside an object on behalf of a dead participant
  'reaper.buried', //        everything of a dead participant is dealt with, its slot not yet free
  'lock.taking', //          the strand is written, the owner not yet
  'lock.taken', //           the owner is written
  'lock.releasing', //       everybody is rung, the owner still written
  'lock.released', //        the owner is cleared
  'lock.reaped', //          the dead owner's lock is marked and rung, not yet free
  'queue.padded', //         a PAD is committed, the record not yet written
  'queue.written', //        the record is written, not yet committed
  'queue.committed', //      committed, not yet counted
  'queue.chosen', //         an item is chosen, not yet taken
  'queue.taken', //          taken or leased, not yet counted
  'queue.settled', //        a lease is ended, not yet counted
  'queue.reclaiming', //     the head is about to move
  'queue.reaped', //         one lease of a dead taker is given to others
] as const;

/** The name of a point. */
export type FaultPoint = (typeof FAULT_POINTS)[number];

export interface Fault {
  readonly point: FaultPoint;
  /** At which time, from 1, that this process comes by. */
  readonly hit: number;
  readonly signal: NodeJS.Signals;
}

/** Whether this process looks for faults at all. Off, each point costs nothing that could be measured. */
export const FAULTS: boolean = process.env['DUODAO_FAULT'] !== undefined;

let fault: Fault | undefined = readFault(process.env['DUODAO_FAULT']);
let passed = 0;

/** Chooses the fault of this process, or none. Of effect only where FAULTS is on. */
export function setFault(next: Fault | undefined): void {
  fault = next;
  passed = 0;
}

function readFault(text: string | undefined): Fault | undefined {
  const [point, hit = '1', signal = 'SIGKILL'] = (text ?? '').split(':');
  if (!(FAULT_POINTS as readonly string[]).includes(point ?? '')) return undefined;
  return { point: point as FaultPoint, hit: Number(hit), signal: signal as NodeJS.Signals };
}

/** Says that this thread has come by a point. Called only where FAULTS is on. */
export function pass(point: FaultPoint): void {
  if (fault?.point !== point || ++passed !== fault.hit) return;
  process.kill(process.pid, fault.signal);
}
