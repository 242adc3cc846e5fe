/**
 * How much room a queue has. To be asked inside the guard; a dead letter may be moved out of the way.
 *
 * @module
 */
import type { QueueFields } from './queue-fields.ts';
import { makeRoom } from './queue-upkeep.ts';
import type { RecordBatch } from './record-batch.ts';
import { recordBytes } from './record-ring.ts';

/** Whether an item with this many bytes of payload can be put now. */
export function hasRoom(queue: QueueFields, payloadBytes: number): boolean {
  if (queue.pending >= queue.capacity) return false;
  const { ring } = queue;
  const sizeBytes = recordBytes(payloadBytes);
  do {
    const { head, tail } = queue;
    const toEnd = ring.toEnd(tail);
    // In an empty queue the padding is reclaimed at once.
    const padBytes = sizeBytes <= toEnd || head === tail ? 0 : toEnd;
    if (padBytes + sizeBytes <= ring.sizeBytes - ((tail - head) >>> 0)) return true;
  } while (makeRoom(queue));
  return false;
}

/** Whether all of these can be put now. */
export function hasRoomForAll(queue: QueueFields, batch: RecordBatch): boolean {
  if (queue.pending + batch.count > queue.capacity) return false;
  do {
    const { head, tail } = queue;
    const start = head === tail ? startInEmpty(queue, batch) : tail;
    const usedBytes = head === tail ? 0 : (tail - head) >>> 0;
    if (usedBytes + bytesFrom(queue, start, batch) <= queue.ringBytes) return true;
  } while (makeRoom(queue));
  return false;
}

/** Whether all of these could be put if the queue were empty. */
export function couldHold(queue: QueueFields, batch: RecordBatch): boolean {
  return batch.count <= queue.capacity && batch.sizeBytes <= queue.ringBytes;
}

/**
 * Where the first of these records begins in an empty queue: at the start of the ring if they do not fit otherwise.
 */
export function startInEmpty(queue: QueueFields, batch: RecordBatch): number {
  const { tail, ring } = queue;
  return bytesFrom(queue, tail, batch) <= ring.sizeBytes ? tail : (tail + ring.toEnd(tail)) | 0;
}

/** How many bytes these records take if the first begins at `start`, the padding at the end of the ring included. */
function bytesFrom({ ring }: QueueFields, start: number, batch: RecordBatch): number {
  const toEnd = ring.toEnd(start);
  if (batch.sizeBytes <= toEnd) return batch.sizeBytes;
  return toEnd + batch.sizeBytes - batch.sizeOf(0, batch.fitting(0, toEnd));
}
