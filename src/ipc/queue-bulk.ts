/**
 * Many items into and out of a queue in one step, inside the guard.
 *
 * @module
 */
import { needsLease, type QueueBody } from './queue-body.ts';
import { startInEmpty } from './queue-room.ts';
import { reclaim } from './queue-upkeep.ts';
import type { RecordBatch } from './record-batch.ts';
import { DONE, kindOfState, PAD, READY } from './record-ring.ts';

/** Puts items for which there is room: all, or none. */
export function putAll(queue: QueueBody, batch: RecordBatch): void {
  const { ring } = queue;
  queue.getters.ringAll(queue.bell);
  if (queue.head === queue.tail && startInEmpty(queue, batch) !== queue.tail) queue.putPad();
  const { tail } = queue;
  const toEnd = ring.toEnd(tail);
  const before = batch.fitting(0, toEnd);
  const behind = batch.count - before;
  const id = queue.nextIds(batch.count);
  ring.writeAll(tail, batch.records(0, before), id);
  let end = (tail + batch.sizeOf(0, before)) | 0;
  if (behind > 0) {
    const padBytes = ring.toEnd(end);
    if (batch.sizeOf(0, before) < toEnd) {
      ring.writePad(end, padBytes);
      end = (end + padBytes) | 0;
    }
    ring.writeAll(end, batch.records(before, behind), id + before);
    end = (end + batch.sizeOf(before, behind)) | 0;
  }
  queue.tail = end; // the commit of all
  queue.ready += batch.count;
}

/**
 * Takes up to `max` of the oldest READY items for good, as long as none needs a lease: copies of their records, in
 * pieces. None if the first needs one, or there is none.
 */
export function takeMany(queue: QueueBody, max: number): Uint8Array[] {
  const { ring, tail } = queue;
  const pieces: Uint8Array[] = [];
  if (queue.ready === 0) return pieces;
  const first = queue.firstReady();
  let count = 0;
  let position = first;
  for (let start = first; ; ) {
    const isEnd = position === tail || count === max;
    const state = isEnd ? DONE : ring.state(position);
    const isTaken = !isEnd && kindOfState(state) === READY && !needsLease(ring, position);
    if (!isTaken) {
      if (position !== start) pieces.push(ring.copy(start, (position - start) >>> 0));
      if (isEnd || (state !== DONE && state !== PAD)) break;
    } else count++;
    const next = ring.after(position, tail);
    // What is not taken, and the end of the ring, begin a new piece.
    if (!isTaken) start = next;
    else if (ring.toEnd(next) === ring.sizeBytes) {
      pieces.push(ring.copy(start, (next - start) >>> 0));
      start = next;
    }
    position = next;
  }
  if (count > 0) endMany(queue, first, position, count);
  return pieces;
}

/** Commits that `count` items between two positions are gone. */
function endMany(queue: QueueBody, first: number, end: number, count: number): void {
  const { ring, head } = queue;
  queue.ringForDone(count);
  if (first === head)
    queue.head = end; // the commit of all
  else {
    for (const position of ring.positions(first, end)) {
      if (kindOfState(ring.state(position)) === READY) ring.setState(position, DONE); // a commit each
    }
  }
  queue.scan = end;
  queue.ready -= count;
  reclaim(queue);
}
