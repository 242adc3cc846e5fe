/**
 * What a seller does, in a process of its own.
 *
 * It takes an order by lease, answers it under the lock, and says that it is done. The answer is one store, of the
 * outcome word. Killed before that store, the order is open, and the lease hands it to another seller; killed after
 * it, the order is answered, and whoever is handed it sees so. What is left of the seats is only a sum of the answers:
 * if a seller died in the lock, the next one adds it up again.
 *
 * @module
 */
import { DuodaoError, type Lease } from '../../index.ts';
import { isSold, leftFromOutcomes, OPEN, packOutcome, SOLD, SOLD_OUT } from './book.ts';
import type { Desk } from './desk.ts';

/** How long a seller without a lock looks away between looking at the seats and selling them: what a customer needs. */
const LOOK_AWAY_MS = 0.05;

/** Answers orders until there are none. Returns how many. */
export function sell(desk: Desk, seller: number, withLock: boolean): number {
  // The office steers: Ctrl-C in its terminal reaches us, too, and is for the office to answer.
  process.on('SIGINT', () => {});
  let answered = 0;
  for (let lease = next(desk); lease; lease = next(desk)) {
    // Handed to us after another one died, it may have been answered before. Nobody answers it now: we have the lease.
    if (Atomics.load(desk.outcomes.view, lease.item) === OPEN) {
      if (withLock) answerLocked(desk, lease.item, seller);
      else answerRacing(desk, lease.item, seller);
      answered++;
    }
    lease.done();
  }
  return answered;
}

/** The next order; undefined when the office closes. */
function next({ queue, stop }: Desk): Lease<number> | undefined {
  if (stop.value !== 0) return undefined;
  let lease: Lease<number>;
  try {
    lease = queue.leaseSync();
  } catch (error) {
    if (error instanceof DuodaoError && error.code === 'closed') return undefined;
    throw error;
  }
  if (stop.value === 0) return lease;
  lease.giveBack();
  return undefined;
}

function answerLocked(desk: Desk, order: number, seller: number): void {
  const { lock, left } = desk;
  const held = lock.acquireSync();
  try {
    if (held.ownerDied) left.view.set(leftFromOutcomes(bookOf(desk), desk.outcomes.view));
    answer(desk, order, seller, left.view[desk.cellOf.view[order] as number]);
  } finally {
    held.release();
  }
}

/** The race: everybody looks at the same seats, and sells what another one is selling. */
function answerRacing(desk: Desk, order: number, seller: number): void {
  const seen = desk.left.view[desk.cellOf.view[order] as number];
  pause(LOOK_AWAY_MS);
  answer(desk, order, seller, seen);
}

/** Answers an order for which so many seats are left. */
function answer(desk: Desk, order: number, seller: number, seatsLeft: number | undefined): void {
  const cell = desk.cellOf.view[order] as number;
  const seats = desk.seatsOf.view[order] as number;
  const refusal = desk.refusalOf.view[order] as number;
  const code = refusal || (seatsLeft !== undefined && seatsLeft >= seats ? SOLD : SOLD_OUT);
  const word = packOutcome(code, seller);
  Atomics.store(desk.outcomes.view, order, word); // the commit: from here on the order is answered
  if (isSold(word)) desk.left.view[cell] = (seatsLeft as number) - seats;
}

function bookOf(desk: Desk): { stock: Int32Array; cellOf: Int32Array; seatsOf: Int32Array } {
  return { stock: desk.stock.view, cellOf: desk.cellOf.view, seatsOf: desk.seatsOf.view };
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function pause(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms);
}
