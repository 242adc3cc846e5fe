/**
 * How much room a queue has. To be asked inside the guard; a dead letter may be moved out of the way.
 *
 * @module
 */
import type { QueueFields } from './queue-fields.ts';
import { makeRoom } from './queue-upkeep.ts';
import { recordBytes } from './record-ring.ts';

/** What is to be put: its bytes, and how many shared objects and functions they refer to. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly links: number;
}

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
export function hasRoomForAll(queue: QueueFields, items: readonly Payload[]): boolean {
  if (queue.pending + items.length > queue.capacity) return false;
  do {
    const { head, tail } = queue;
    const start = head === tail ? startInEmpty(queue, items) : tail;
    const usedBytes = head === tail ? 0 : (tail - head) >>> 0;
    if (usedBytes + bytesFrom(queue, start, items) <= queue.ringBytes) return true;
  } while (makeRoom(queue));
  return false;
}

/** Whether all of these could be put if the queue were empty. */
export function couldHold(queue: QueueFields, items: readonly Payload[]): boolean {
  return items.length <= queue.capacity && bytesFrom(queue, 0, items) <= queue.ringBytes;
}

/** Where the first of these records begins in an empty queue: at the start of the ring if they do not fit otherwise. */
export function startInEmpty(queue: QueueFields, items: readonly Payload[]): number {
  const { tail, ring } = queue;
  return bytesFrom(queue, tail, items) <= ring.sizeBytes ? tail : (tail + ring.toEnd(tail)) | 0;
}

/** How many bytes these records take if the first begins at `start`, the padding at the end of the ring included. */
function bytesFrom({ ring }: QueueFields, start: number, items: readonly Payload[]): number {
  let bytes = 0;
  for (const { bytes: payload } of items) {
    const sizeBytes = recordBytes(payload.length);
    const toEnd = ring.toEnd(start + bytes);
    bytes += sizeBytes > toEnd ? toEnd + sizeBytes : sizeBytes;
  }
  return bytes;
}
